import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLocalConfig } from '@dormouse/manifests/local-config';
import { type RedisUser, redisUsersFile } from '@dormouse/manifests/redis-acl';
import { readSecret } from '@dormouse/serving/process/secret-files';
import { prepareSecrets } from '@dormouse/serving/process/secrets';

const root = join(import.meta.dirname, '../..');

interface Secret {
  apiVersion: 'v1';
  kind: 'Secret';
  metadata: { name: string; namespace: string };
  stringData: Record<string, string>;
}

/** Secrets of knative/components, in addition to those of the functions. */
const ofComponents = [
  'postgres',
  'redis-users',
  'client-proof',
  'backup-database',
  'backup-store',
  'media-store',
  'cdn',
  'auth-oauth',
  'search-store',
];

const recipesOf = async () => (await readLocalConfig(join(root, 'knative/overlays/local'), root)).secrets;

/** Names of the Secrets that `npm run secrets` creates. */
export const secretNames = async (): Promise<string[]> => [...(await recipesOf()).keys(), ...ofComponents];

/** Secrets with new passwords and keys, for the PostgreSQL and Redis of knative/components. */
export async function clusterSecrets(namespace: string): Promise<Secret[]> {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  const postgres = password();
  const redis: RedisUser[] = [];
  try {
    const recipes = await recipesOf();
    const databaseUrl = `postgres://postgres:${postgres}@postgres.${namespace}.svc.cluster.local:5432/dormouse`;
    await prepareSecrets({
      folder,
      recipes,
      databaseUrl,
      redisUrlOf: async (name, rules) => {
        const made = password();
        // Redis gets hashes: who reads its Secret can log in as nobody.
        redis.push({ name, rules, hashes: [`#${createHash('sha256').update(made).digest('hex')}`] });
        return `redis://${name}:${made}@redis.${namespace}.svc.cluster.local:6379`;
      },
      root,
    });
    const data: Record<string, Record<string, string>> = {
      ...Object.fromEntries([...recipes.keys()].map((name) => [name, readSecret(folder, name) ?? {}])),
      postgres: { POSTGRES_PASSWORD: postgres },
      'redis-users': { 'redis.conf': redisSettings, 'users.acl': redisUsersFile(redis) },
      'client-proof': { CLIENT_PROOF: password() },
      'backup-database': { DATABASE_URL: loginUrl(databaseUrl, 'backup', password()) },
      'backup-store': { BACKUP_PLACE: 's3://BUCKET/dormouse', BACKUP_RECIPIENT: 'age1…', ...bucket },
      'media-store': { MEDIA_STORE: 's3://BUCKET/media', ...bucket },
      cdn: { PURGE_TOKEN: 'TOKEN' },
      'auth-oauth': { OAUTH_SECRET_GITHUB: 'SECRET', OAUTH_SECRET_GOOGLE: 'SECRET' },
      'search-store': { OPENSEARCH_URL: 'https://USER:PASSWORD@HOST:9200' },
    };
    return Object.entries(data).map(([name, stringData]) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace },
      stringData,
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function loginUrl(url: string, username: string, secret: string): string {
  return Object.assign(new URL(url), { username, password: secret }).href;
}

/** An example: whose bucket it is, only its owner knows. */
const bucket = {
  AWS_ENDPOINT_URL: 'https://s3.example.org',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: '',
  AWS_SECRET_ACCESS_KEY: '',
};

const password = () => randomBytes(32).toString('hex');

/** No persistence; evicts the least recently used keys when full. */
const redisSettings = [
  'bind *',
  'aclfile /etc/redis/users.acl',
  'save ""',
  'appendonly no',
  'maxmemory 64mb',
  'maxmemory-policy allkeys-lru',
  '',
].join('\n');
