import { Redis } from '@dormouse/runtime/ioredis';
import postgres from 'postgres';
import { DeployError } from '../overlay.ts';
import { byKubectl, type KubectlCluster } from './by-kubectl.ts';
import { administrator as databaseAdministrator, databasePasswords, roleOf } from './database-passwords.ts';
import { administrator as redisAdministrator, redisPasswords } from './redis-passwords.ts';
import { type RotateOptions, rotatePasswords } from './rotate-passwords.ts';
import type { LiveSecret } from './rotation.ts';

export interface RotateOnClusterOptions extends Pick<RotateOptions, 'say' | 'dryRun' | 'waitMs'> {
  namespace: string;
  database: boolean;
  redis: boolean;
}

/** Rotates passwords on the cluster of kubectl. @throws DeployError saying what is in the way */
export async function rotateOnCluster({
  namespace,
  database,
  redis,
  ...options
}: RotateOnClusterOptions): Promise<void> {
  const cluster = byKubectl(namespace);
  const all = { ...options, cluster, rotation: new Date().toISOString() };
  try {
    // Both, before the passwords of either are changed.
    const secrets = await cluster.secrets();
    const databaseUrl = database && addressIn(secrets, databaseAdministrator, 'DATABASE_URL');
    const redisUrl = redis && addressIn(secrets, redisAdministrator, 'REDIS_URL');
    if (databaseUrl) await rotateDatabase(databaseUrl, all);
    if (redisUrl) await rotateRedis(redisUrl, all);
  } finally {
    await cluster.close();
  }
}

type Options = Omit<RotateOptions, 'server'> & { cluster: KubectlCluster };

async function rotateDatabase(url: string, options: Options): Promise<void> {
  const sql = postgres(await reached(url, options), { max: 1, onnotice: () => {}, connect_timeout: 10 });
  try {
    const server = databasePasswords(sql);
    if (options.dryRun) return await rotatePasswords({ ...options, server });
    const roles = await sql<{ rolname: string }[]>`SELECT rolname FROM pg_roles`.catch(
      unreachable('PostgreSQL', databaseAdministrator),
    );
    const known = new Set(roles.map(({ rolname }) => rolname));
    // Secrets of components that are not there, `backup-database` say, have no role yet.
    const holds = (secret: LiveSecret) => {
      if (!server.holds(secret)) return false;
      if (known.has(roleOf(secret))) return true;
      options.say(`${secret.name}: left alone, PostgreSQL has no role ${roleOf(secret)}`);
      return false;
    };
    await rotatePasswords({ ...options, server: { ...server, holds } });
  } finally {
    await sql.end({ timeout: 2 });
  }
}

async function rotateRedis(url: string, options: Options): Promise<void> {
  const redis = new Redis(await reached(url, options), {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  redis.on('error', () => {});
  try {
    if (!options.dryRun) await redis.connect().catch(unreachable('Redis', redisAdministrator));
    await rotatePasswords({ ...options, server: redisPasswords(redis, options.cluster) });
  } finally {
    redis.disconnect();
  }
}

/** A rehearsal asks no server. */
const reached = async (url: string, { cluster, dryRun }: Options) => (dryRun ? url : cluster.reach(url));

const addressIn = (secrets: readonly LiveSecret[], name: string, key: string): string =>
  secrets.find((secret) => secret.name === name)?.data[key] ??
  refuse(`there is no Secret ${name} with a ${key}: its user makes the others' passwords`);

const unreachable = (server: string, secret: string) => (error: Error) =>
  refuse(`${server} does not let in who ${secret} names: ${error.message}`);

function refuse(reason: string): never {
  throw new DeployError(reason);
}
