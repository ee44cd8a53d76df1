import { setTimeout as sleep } from 'node:timers/promises';
import { kubectl } from '@dormouse/tests/kubectl';
import { missingCluster, skippedFor } from '@dormouse/tests/needs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rendered } from './administration.fixture.ts';
import { type AdmissionPolicy, refusals } from './admission.fixture.ts';
import { admissionCases } from './admission-cases.fixture.ts';
import { all, type Manifest } from './manifest.ts';
import { checkSchema } from './schema.ts';

const manifests = rendered('admission');
const policies = manifests.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy') as AdmissionPolicy[];

describe('policies of admission', () => {
  test('are what Kubernetes takes, deny, and hold for the namespace of the blog', async () => {
    expect((await Promise.all(manifests.map(checkSchema))).flat()).toEqual([]);
    const bindings = all(manifests, 'ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io');
    expect(bindings.map(({ spec }) => spec)).toEqual(
      policies.map(({ metadata }) => ({
        policyName: metadata.name,
        validationActions: ['Deny', 'Audit'],
        matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'dormouse' } } },
      })),
    );
    expect(policies.map(({ spec }) => (spec as { failurePolicy?: string }).failurePolicy)).toEqual(['Fail', 'Fail']);
  });

  test.each(admissionCases)('$name: $says', ({ object, before, says }) => {
    expect(policies.flatMap((policy) => refusals(policy, object, before))).toEqual(says === undefined ? [] : [says]);
  });

  test('each refusal is tried by one case at least', () => {
    const said = new Set(admissionCases.flatMap(({ says }) => says ?? []));
    const messages = policies.flatMap(({ spec }) => spec.validations.map(({ message }) => message));
    expect(messages.filter((each) => each !== undefined && !said.has(each))).toEqual([]);
    expect(said.size).toBeGreaterThan(messages.length);
  });
});

describe('[cluster] the API server says the same', skippedFor(missingCluster()), () => {
  const namespace = `admission-${process.pid}`;
  const renamed = (name: string) => `${name}-${process.pid}`;
  /** The same policies for a namespace of the test's own. */
  const own = manifests.map((each): Manifest => {
    const copy = structuredClone(each) as Manifest & { spec: { policyName?: string; matchResources?: unknown } };
    copy.metadata.name = renamed(copy.metadata.name);
    if (copy.spec.policyName) copy.spec.policyName = renamed(copy.spec.policyName);
    if (copy.spec.matchResources)
      copy.spec.matchResources = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } };
    return copy;
  });
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: own });
  const dryRun = (object: Manifest) =>
    kubectl(['create', '--dry-run=server', '-n', namespace, '-f', '-'], JSON.stringify(object)).then(
      () => 'admitted',
      (error: Error) => error.message,
    );

  beforeAll(async () => {
    await kubectl(['create', 'namespace', namespace]);
    await kubectl(['apply', '-f', '-'], list);
    const refused = admissionCases.find(({ says, before }) => says !== undefined && !before)!;
    // It takes the API server some seconds to know of a policy.
    for (let tries = 0; tries < 60 && (await dryRun(refused.object)) === 'admitted'; tries++) await sleep(500);
  }, 60_000);
  afterAll(async () => {
    await kubectl(['delete', '--ignore-not-found', '-f', '-'], list);
    await kubectl(['delete', 'namespace', namespace, '--wait=false']);
  });

  test.each(admissionCases.filter(({ before }) => !before))('$name: $says', async ({ object, says }) => {
    const answer = await dryRun(object);
    if (says === undefined) expect(answer).toBe('admitted');
    else expect(answer).toContain(says);
  });

  test('no expression is of a type that it cannot have', async () => {
    for (const { metadata } of policies) {
      const found = await kubectl(['get', 'validatingadmissionpolicy', renamed(metadata.name), '-o', 'json']);
      const { status } = JSON.parse(found) as { status?: { typeChecking?: { expressionWarnings?: object[] } } };
      expect(status?.typeChecking?.expressionWarnings ?? []).toEqual([]);
    }
  });
});
