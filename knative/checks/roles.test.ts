import { kubectl } from '@dormouse/tests/kubectl';
import { missingCluster, skippedFor } from '@dormouse/tests/needs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkBindings } from './accounts.ts';
import { rendered } from './administration.fixture.ts';
import { allows, type Right, table } from './roles.fixture.ts';
import { checkSchema } from './schema.ts';

const manifests = rendered('roles');
const named = (right: Right) => right.slice(0, 3).join(' ');

describe('roles of people', () => {
  test('are what Kubernetes takes, and each is bound to one group', async () => {
    expect((await Promise.all(manifests.map(checkSchema))).flat()).toEqual([]);
    expect(checkBindings(manifests)).toEqual([]);
    const bound = manifests.filter(({ kind }) => kind === 'RoleBinding') as unknown as { subjects: object[] }[];
    expect(bound.map(({ subjects }) => subjects)).toEqual([
      [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'dormouse:deployers' }],
      [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'dormouse:operators' }],
    ]);
  });

  test('allow what the table says, and nothing that it refuses', () => {
    expect(table.filter(([, , , can]) => can).length).toBeGreaterThan(30);
    expect(table.filter((right) => allows(manifests, right) !== right[3]).map(named)).toEqual([]);
  });

  test('are given for one namespace, with no right to everything', () => {
    expect(manifests.map(({ kind, metadata }) => [kind, metadata.namespace])).toEqual(
      manifests.map(({ kind }) => [kind.startsWith('Cluster') ? 'Role' : kind, 'dormouse']),
    );
    const rules = manifests.flatMap(
      (each) => (each as unknown as { rules?: { verbs: string[]; apiGroups: string[] }[] }).rules ?? [],
    );
    for (const { verbs, apiGroups } of rules) expect([...verbs, ...apiGroups]).not.toContain('*');
  });
});

describe('[cluster] the API server answers as the table says', skippedFor(missingCluster()), () => {
  const namespace = `roles-${process.pid}`;
  beforeAll(async () => {
    await kubectl(['create', 'namespace', namespace]);
    const items = manifests.map((each) => ({ ...each, metadata: { ...each.metadata, namespace } }));
    await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  });
  afterAll(async () => void (await kubectl(['delete', 'namespace', namespace, '--wait=false'])));

  const canI = async ([who, verb, resource]: Right): Promise<boolean> => {
    const [name = '', subresource] = resource.split('/');
    const asked = [
      'auth',
      'can-i',
      verb,
      name,
      ...(subresource ? [`--subresource=${subresource}`] : []),
      '-n',
      namespace,
    ];
    // It ends with 1 for "no".
    const answer = await kubectl([...asked, '--as=somebody', `--as-group=dormouse:${who}s`]).catch(
      (error: Error) => error.message,
    );
    return answer.trim() === 'yes';
  };

  test('of every right', async () => {
    const wrong: string[] = [];
    for (const right of table) if ((await canI(right)) !== right[3]) wrong.push(named(right));
    expect(wrong).toEqual([]);
  });
});
