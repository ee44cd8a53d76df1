import { afterEach, beforeEach, expect, test } from 'vitest';
import { forwardPort } from './port-forward.ts';
import { fakeKubectl } from './rotate/kubectl.fixture.ts';

let kubectl: ReturnType<typeof fakeKubectl>;
beforeEach(() => {
  kubectl = fakeKubectl();
});
afterEach(() => kubectl.remove());

const service = { namespace: 'blog', service: 'redis', port: 6379 };

test('a Service has an address of this machine until it is closed, when kubectl has ended', async () => {
  kubectl.does(`echo $$ "$@" >&2
echo "Forwarding from 127.0.0.1:40123 -> 6379"
exec /bin/sleep 60`);
  const tunnel = await forwardPort(service);
  expect(tunnel.host).toBe('127.0.0.1:40123');
  await tunnel.close();
  await tunnel.close();
});

test('what kubectl complains of is what is wrong', async () => {
  kubectl.does('echo "error: services \\"redis\\" not found" >&2; exit 1');
  await expect(forwardPort(service)).rejects.toThrow('kubectl port-forward: error: services "redis" not found');
});

test('a kubectl that does not run says so', async () => {
  kubectl.remove();
  kubectl = fakeKubectl();
  kubectl.does('');
  await expect(forwardPort(service)).rejects.toThrow('kubectl port-forward: ');
});
