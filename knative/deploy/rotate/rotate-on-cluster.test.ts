import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeKubectl } from './kubectl.fixture.ts';
import { rotateOnCluster } from './rotate-on-cluster.ts';

let kubectl: ReturnType<typeof fakeKubectl>;
beforeEach(() => {
  kubectl = fakeKubectl();
});
afterEach(() => kubectl.remove());

const base64 = (text: string) => Buffer.from(text).toString('base64');

test('changes nothing where one of both administrators is not there', async () => {
  const data = { DATABASE_URL: base64('postgres://admin:word@127.0.0.1:1/blog') };
  kubectl.answers([{ metadata: { name: 'migrate-database' }, data }]);
  const said: string[] = [];
  const rotated = rotateOnCluster({
    namespace: 'blog',
    database: true,
    redis: true,
    dryRun: false,
    say: (line) => said.push(line),
    waitMs: 0,
  });
  await expect(rotated).rejects.toThrow('there is no Secret redis-admin with a REDIS_URL');
  expect(said).toEqual([]);
  expect(kubectl.asked().match(/^(get|patch).*/gm)).toEqual(['get secrets -n blog -o json']);
});
