import { join } from 'node:path';
import { render } from '@dormouse/manifests/kustomize/kustomize';
import { describe, expect, test } from 'vitest';
import { setField } from './planting.ts';
import { checkPodSecurity, violations } from './pod-security.ts';
import { podOf, podsOf } from './pods.ts';
import { restricted, violating } from './violations.fixture.ts';

const lab = render(join(import.meta.dirname, '../overlays/lab')).map(({ manifest }) => manifest);

describe('the Pod Security Standard "restricted"', () => {
  test('has nothing against a Pod that says what it asks for, on the Pod or on its containers', () => {
    expect(violations({ spec: restricted() })).toEqual([]);
  });

  test.each(violating)('$field: $says', ({ field, value, says, at = field }) => {
    const spec = restricted();
    setField(spec, field, value);
    expect(violations({ spec })).toEqual([{ path: at, problem: says }]);
  });

  test('does not let a Pod do without seccomp, even if its containers do not', () => {
    const spec = restricted();
    for (const [index] of spec.containers.entries())
      setField(spec, `containers[${index}].securityContext.seccompProfile`, { type: 'RuntimeDefault' });
    setField(spec, 'securityContext.seccompProfile.type', 'Unconfined');
    expect(violations({ spec })).toEqual([
      { path: 'securityContext.seccompProfile', problem: 'must be of type RuntimeDefault or Localhost' },
    ]);
  });

  test('asks every container for what the Pod does not say for all', () => {
    const problems = violations({ spec: { ...restricted(), securityContext: {} } });
    expect(problems.map(({ path }) => path)).toEqual(
      [0, 1]
        .flatMap((index) => [`containers[${index}].securityContext.runAsNonRoot`])
        .concat([0, 1].map((index) => `containers[${index}].securityContext.seccompProfile`)),
    );
  });
});

describe('the Pod that Knative makes of a Service', () => {
  const service = lab.find(({ apiVersion, kind }) => apiVersion === 'serving.knative.dev/v1' && kind === 'Service')!;
  const { name } = service.metadata;
  const pod = podOf(service)!;

  test('has its containers under the names that Knative gives them, and queue-proxy', () => {
    expect(pod.spec.containers.map((container) => container.name)).toEqual(['user-container', 'queue-proxy']);
  });

  test('is found by the labels of its Service', () => {
    expect(pod.labels).toMatchObject({
      'serving.knative.dev/service': name,
      'serving.knative.dev/configuration': name,
    });
  });

  test('violates the standard where its function does, and not by queue-proxy', () => {
    const careless = structuredClone(service);
    setField(careless, 'spec.template.spec.containers[0].securityContext', undefined);
    expect(checkPodSecurity([careless]).map(({ path }) => path)).toEqual(
      ['allowPrivilegeEscalation', 'runAsNonRoot', 'seccompProfile', 'capabilities'].map(
        (field) => `spec.template.spec.containers[0].securityContext.${field}`,
      ),
    );
  });
});

test('Jobs, CronJobs, Deployments and bare Pods are Pods too', () => {
  const template = { metadata: { labels: { app: 'one' } }, spec: restricted() };
  const of = (apiVersion: string, kind: string, spec: object) => ({
    apiVersion,
    kind,
    metadata: { name: 'one', namespace: 'dormouse', labels: { app: 'one' } },
    spec,
  });
  const made = podsOf([
    of('batch/v1', 'Job', { template }),
    of('batch/v1', 'CronJob', { jobTemplate: { spec: { template } } }),
    of('apps/v1', 'Deployment', { template }),
    of('v1', 'Pod', template.spec),
    of('v1', 'Service', {}),
  ]);
  expect(made.map(({ path, labels }) => `${path} ${labels.app}`)).toEqual([
    'spec.template.spec one',
    'spec.jobTemplate.spec.template.spec one',
    'spec.template.spec one',
    'spec one',
  ]);
  expect(made[0]?.labels).toMatchObject({ 'batch.kubernetes.io/job-name': 'one' });
});
