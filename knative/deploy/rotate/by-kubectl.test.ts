import { existsSync, readFileSync, statSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { byKubectl } from './by-kubectl.ts';
import { fakeKubectl } from './kubectl.fixture.ts';

let kubectl: ReturnType<typeof fakeKubectl>;
beforeEach(() => {
  kubectl = fakeKubectl();
});
afterEach(() => kubectl.remove());
const patch = () => readFileSync(kubectl.patchFile, 'utf8');

test('a new password goes to kubectl by a file that nobody else may read and that is gone afterwards', async () => {
  kubectl.answers([]);
  await byKubectl('blog').patchSecret('posts-redis', { REDIS_URL: 'redis://x' }, 'r1');
  expect(patch()).toBe(
    '{"metadata":{"annotations":{"dormouse.dev/rotation":"r1"}},"stringData":{"REDIS_URL":"redis://x"}}',
  );
  expect(statSync(kubectl.patchFile).mode & 0o777).toBe(0o600);
  const [, file = ''] =
    /^patch secret posts-redis -n blog --type merge --patch-file (.+)$/m.exec(kubectl.asked()) ?? [];
  expect(file).not.toBe('');
  expect(existsSync(file)).toBe(false);
});

test('a revision is made by an annotation of the template, whose name Knative chooses', async () => {
  kubectl.answers([]);
  await byKubectl('blog').renew('posts', 'r1');
  expect(patch()).toBe('{"spec":{"template":{"metadata":{"name":null,"annotations":{"dormouse.dev/secrets":"r1"}}}}}');
});

test.each([
  [{ generation: 2, observed: 1, ready: 'True', made: 'a' }, 'Knative has not seen its change yet'],
  [{ generation: 2, observed: 2, ready: 'Unknown', made: 'a' }, 'it starts'],
  [{ generation: 2, observed: 2, ready: 'True', made: 'b' }, 'its newest revision starts'],
  [{ generation: 2, observed: 2, ready: 'True', made: 'a' }, undefined],
])('a Service in the state %j waits for: %s', async ({ generation, observed, ready, made }, waitsFor) => {
  kubectl.answers([
    {
      metadata: { name: 'posts', generation },
      spec: { template: { spec: { containers: [{ envFrom: [{ configMapRef: {} }, { secretRef: { name: 's' } }] }] } } },
      status: {
        observedGeneration: observed,
        latestCreatedRevisionName: made,
        latestReadyRevisionName: 'a',
        conditions: [{ type: 'Ready', status: ready, message: 'it starts' }],
      },
    },
  ]);
  expect(await byKubectl('blog').services()).toEqual([
    { name: 'posts', secrets: ['s'], rotation: undefined, waitsFor },
  ]);
});

test('a Pod is old until it has the rotation of the template', async () => {
  kubectl.answers([
    { metadata: { name: 'new', annotations: { 'dormouse.dev/secrets': 'r1' } } },
    { metadata: { name: 'older', annotations: { 'dormouse.dev/secrets': 'r0' } } },
    { metadata: { name: 'first' } },
  ]);
  expect(await byKubectl('blog').oldPods('posts', 'r1')).toEqual(['older', 'first']);
});

test('a Secret shows its values, its rotation and who makes it', async () => {
  const made = {
    name: 's',
    annotations: { 'dormouse.dev/rotation': 'r1' },
    ownerReferences: [{ kind: 'ExternalSecret', name: 'e' }],
  };
  kubectl.answers([{ metadata: made, data: { A: Buffer.from('ä').toString('base64') } }]);
  expect(await byKubectl('blog').secrets()).toEqual([
    { name: 's', rotation: 'r1', owner: 'ExternalSecret e', data: { A: 'ä' } },
  ]);
});

test('what kubectl says is what is wrong', async () => {
  kubectl.does('echo "forbidden: no" >&2; exit 1');
  await expect(byKubectl('blog').secrets()).rejects.toThrow('forbidden: no');
});
