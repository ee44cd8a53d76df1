import { databaseAddress, postgresExporterAccount, redisAddress } from '@dormouse/monitoring/exporter-account';
import { programPath } from '@dormouse/monitoring/programs';
import { freePort } from '@dormouse/serving/process/free-port';
import type { RunningPlatform } from '../platform.ts';
import { type Child, startChild } from './child.ts';

/** A job of Prometheus: its name, and where it scrapes. */
export interface Exporter extends Child {
  job: 'postgres-exporter' | 'redis-exporter';
  target: string;
}

/** Addresses with accounts: of PostgreSQL's administrator, and of Redis for a user who sees figures. */
export interface Stores {
  postgres: string;
  redis: string;
}

/** Those of PostgreSQL's and Redis' exporters that are on the PATH, each beside the platform's own server. `keep` is given each as soon as it runs. */
export const startExporters = (
  { home }: RunningPlatform,
  keep: (exporter: Exporter) => Exporter,
): Promise<Exporter[]> =>
  startExportersOf({ postgres: databaseAddress(home)!, redis: redisAddress(home)! }, home, keep);

/** The same beside any servers; `home` is where accounts are written. */
export async function startExportersOf(
  stores: Stores,
  home: string,
  keep: (exporter: Exporter) => Exporter,
): Promise<Exporter[]> {
  const [postgres, redis] = [programPath('postgresExporter'), programPath('redisExporter')];
  return [
    ...(postgres ? [keep(await postgresExporter(postgres, home, stores.postgres))] : []),
    ...(redis ? [keep(await redisExporter(redis, stores.redis))] : []),
  ];
}

async function postgresExporter(path: string, home: string, administrator: string): Promise<Exporter> {
  const target = `127.0.0.1:${await freePort()}`;
  const account = await postgresExporterAccount(home, administrator);
  return {
    job: 'postgres-exporter',
    target,
    ...(await startChild(path, [`--web.listen-address=${target}`], `http://${target}/`, {
      DATA_SOURCE_NAME: account,
    })),
  };
}

async function redisExporter(path: string, address: string): Promise<Exporter> {
  const target = `127.0.0.1:${await freePort()}`;
  const { host, username, password } = new URL(address);
  const args = [`-redis.addr=redis://${host}`, `-web.listen-address=${target}`];
  return {
    job: 'redis-exporter',
    target,
    ...(await startChild(path, args, `http://${target}/`, {
      REDIS_USER: username,
      REDIS_PASSWORD: password,
    })),
  };
}
