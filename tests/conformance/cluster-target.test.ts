import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { clusterTarget } from './cluster-target.ts';
import { openTarget } from './target.ts';

const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
const log = join(folder, 'calls');

/** A kubectl that writes down what it is told, and fails where it should. */
beforeAll(() => {
  const script = `#!/bin/sh\necho "$*" >> ${log}\n[ "$1" = apply ] && cat > ${folder}/applied\n[ "$1" = wait ] && [ -e ${folder}/unready ] && echo "timed out" >&2 && exit 1\nexit 0\n`;
  writeFileSync(join(folder, 'kubectl'), script);
  chmodSync(join(folder, 'kubectl'), 0o755);
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const options = {
  ingress: 'http://127.0.0.1:8081/blog/main',
  sinkHost: '10.0.0.9',
  kubeconfig: 'config',
  broker: undefined,
  namespace: undefined,
  settleMs: 0,
};
const spec = { filters: [{ exact: { type: 't' } }], delivery: { retry: 1 }, ordered: true };

test('a Trigger is applied, waited for and deleted, in the namespace and for the broker that the path names', async () => {
  const { subscribe } = await clusterTarget(options);
  const remove = await subscribe!('http://10.0.0.9:4000/events', spec);
  await remove();
  expect(JSON.parse(readFileSync(join(folder, 'applied'), 'utf8'))).toMatchObject({
    apiVersion: 'eventing.knative.dev/v1',
    kind: 'Trigger',
    metadata: { namespace: 'blog', annotations: { 'kafka.eventing.knative.dev/delivery.order': 'ordered' } },
    spec: {
      broker: 'main',
      filters: spec.filters,
      delivery: spec.delivery,
      subscriber: { uri: 'http://10.0.0.9:4000/events' },
    },
  });
  const name = `conformance-${process.pid}-1`;
  expect(readFileSync(log, 'utf8').trim().split('\n')).toEqual([
    'apply -f -',
    `wait --for=condition=Ready trigger.eventing.knative.dev/${name} -n blog --timeout=60s`,
    `delete trigger.eventing.knative.dev ${name} -n blog --wait=false`,
  ]);
});

test('what kubectl says is what fails', async () => {
  writeFileSync(join(folder, 'unready'), '');
  const { subscribe } = await clusterTarget(options);
  await expect(subscribe!('http://10.0.0.9:4000/events', spec)).rejects.toThrow('kubectl wait: timed out');
});

test('the environment names a broker elsewhere; without KUBECONFIG nobody makes Triggers', async () => {
  const target = await openTarget({ BROKER_URL: 'http://broker.example/a/b' });
  expect([target.local, target.ingress, target.subscribe]).toEqual([false, 'http://broker.example/a/b', undefined]);
});
