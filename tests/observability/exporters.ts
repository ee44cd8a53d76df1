import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@dormouse/serving/process/free-port';
import { database } from '../chaos/observe.ts';
import type { RunningPlatform } from '../platform.ts';
import { type Child, startChild } from './child.ts';
import { programPath } from './programs.ts';

/** A job of Prometheus: its name, and where it scrapes. */
export interface Exporter extends Child {
  job: 'postgres-exporter' | 'redis-exporter';
  target: string;
}

/** Those of PostgreSQL's and Redis' exporters that are on the PATH, each beside the platform's own server. `keep` is given each as soon as it runs. */
export async function startExporters(
  { home }: RunningPlatform,
  keep: (exporter: Exporter) => Exporter,
): Promise<Exporter[]> {
  const [postgres, redis] = [programPath('postgresExporter'), programPath('redisExporter')];
  return [
    ...(postgres ? [keep(await postgresExporter(postgres, home))] : []),
    ...(redis ? [keep(await redisExporter(redis, home))] : []),
  ];
}

async function postgresExporter(path: string, home: string): Promise<Exporter> {
  const target = `127.0.0.1:${await freePort()}`;
  const url = new URL(secret(home, 'migrate-database/DATABASE_URL'));
  const password = randomUUID();
  const sql = database(home);
  // The platform stretches no passwords, which the exporter's driver refuses: a role of its own has one that is stretched.
  await sql.unsafe(
    `SET scram_iterations = 4096; CREATE ROLE exporter LOGIN PASSWORD '${password}' IN ROLE pg_monitor; GRANT CONNECT ON DATABASE dormouse TO exporter`,
  );
  await sql.end();
  Object.assign(url, { username: 'exporter', password, search: 'sslmode=disable' });
  return {
    job: 'postgres-exporter',
    target,
    ...(await startChild(path, [`--web.listen-address=${target}`], `http://${target}/`, {
      DATA_SOURCE_NAME: url.href,
    })),
  };
}

async function redisExporter(path: string, home: string): Promise<Exporter> {
  const target = `127.0.0.1:${await freePort()}`;
  const { host, username, password } = new URL(secret(home, 'redis-exporter/REDIS_URL'));
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

const secret = (home: string, path: string): string => readFileSync(join(home, 'secrets', path), 'utf8');
