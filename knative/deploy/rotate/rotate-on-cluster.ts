import { Redis } from '@dormouse/runtime/ioredis';
import postgres from 'postgres';
import { DeployError } from '../overlay.ts';
import { byKubectl, type KubectlCluster } from './by-kubectl.ts';
import { administrator as databaseAdministrator, databasePasswords } from './database-passwords.ts';
import { administrator as redisAdministrator, redisPasswords } from './redis-passwords.ts';
import { type RotateOptions, rotatePasswords } from './rotate-passwords.ts';

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
    if (database) await rotateDatabase(cluster, all);
    if (redis) await rotateRedis(cluster, all);
  } finally {
    await cluster.close();
  }
}

type Options = Omit<RotateOptions, 'server'>;

async function rotateDatabase(cluster: KubectlCluster, options: Options): Promise<void> {
  const url = await addressIn(cluster, databaseAdministrator, 'DATABASE_URL');
  const sql = postgres(options.dryRun ? url : await cluster.reach(url), {
    max: 1,
    onnotice: () => {},
    connect_timeout: 10,
  });
  try {
    if (!options.dryRun) await sql`SELECT 1`.catch(unreachable('PostgreSQL', databaseAdministrator));
    await rotatePasswords({ ...options, server: databasePasswords(sql) });
  } finally {
    await sql.end({ timeout: 2 });
  }
}

async function rotateRedis(cluster: KubectlCluster, options: Options): Promise<void> {
  const url = await addressIn(cluster, redisAdministrator, 'REDIS_URL');
  const redis = new Redis(options.dryRun ? url : await cluster.reach(url), {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  redis.on('error', () => {});
  try {
    if (!options.dryRun) await redis.connect().catch(unreachable('Redis', redisAdministrator));
    await rotatePasswords({ ...options, server: redisPasswords(redis, cluster) });
  } finally {
    redis.disconnect();
  }
}

async function addressIn(cluster: KubectlCluster, name: string, key: string): Promise<string> {
  const found = (await cluster.secrets()).find((secret) => secret.name === name)?.data[key];
  return found ?? refuse(`there is no Secret ${name} with a ${key}: its user makes the others' passwords`);
}

const unreachable = (server: string, secret: string) => (error: Error) =>
  refuse(`${server} does not let in who ${secret} names: ${error.message}`);

function refuse(reason: string): never {
  throw new DeployError(reason);
}
