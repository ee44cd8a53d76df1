import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clusterSecrets, secretNames } from './secrets.ts';

const manifests = join(import.meta.dirname, '..');
const named = async () => new Map((await clusterSecrets('blog')).map((secret) => [secret.metadata.name, secret]));

test('every Secret that a manifest asks for is made, in the namespace that was named', async () => {
  const secrets = await named();
  const asked = globSync('{base,components/*}/*.yaml', { cwd: manifests })
    .map((path) => readFileSync(join(manifests, path), 'utf8'))
    .flatMap((text) =>
      [...text.matchAll(/secretRef:\s+name: (\S+)|secret:\s+secretName: (\S+)/g)].map(([, one, other]) => one ?? other),
    );
  expect(asked.length).toBeGreaterThan(0);
  expect([...secrets.keys()]).toEqual(expect.arrayContaining(asked));
  expect([...secrets.values()].map(({ metadata }) => metadata.namespace)).toEqual(Array(secrets.size).fill('blog'));
});

test('functions are given the passwords that the servers are given, each role one of its own', async () => {
  const secrets = await named();
  const url = (name: string) => new URL(secrets.get(name)!.stringData.DATABASE_URL!);
  expect(url('migrate-database').password).toBe(secrets.get('postgres')!.stringData.POSTGRES_PASSWORD);
  expect([url('posts-database').username, url('posts-database').host]).toEqual([
    'posts',
    'postgres.blog.svc.cluster.local:5432',
  ]);
  expect(url('posts-database').password).not.toBe(url('auth-database').password);
  const { username, password } = new URL(secrets.get('posts-redis')!.stringData.REDIS_URL!);
  const hash = createHash('sha256').update(password).digest('hex');
  expect(secrets.get('redis-users')!.stringData['users.acl']).toContain(`user ${username} on #${hash} `);
});

test('Redis has the users that generated/users.acl names, and each may do what it says there', async () => {
  const made = (await named()).get('redis-users')!.stringData['users.acl']!;
  const stated = readFileSync(join(manifests, 'components/redis/generated/users.acl'), 'utf8');
  const lines = (text: string) =>
    text
      .replace(/ #[0-9a-f]{64}/g, '')
      .split('\n')
      .sort();
  expect(lines(made)).toEqual(lines(stated));
  expect(made.match(/ #[0-9a-f]{64}/g)).toHaveLength(new Set(stated.match(/^user (?!default)\S+/gm)).size);
});

test('and all of them are known by name beforehand', async () => {
  expect([...(await named()).keys()]).toEqual(await secretNames());
});

test('they are others each time', async () => {
  const [one, other] = [await named(), await named()];
  expect(one.get('postgres')!.stringData).not.toEqual(other.get('postgres')!.stringData);
});
