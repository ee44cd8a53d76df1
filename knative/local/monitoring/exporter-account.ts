import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';

const secret = (home: string, ...path: string[]) => join(home, 'secrets', ...path);

/** Address of the platform's Redis for a user who sees figures and no key; undefined where there is no Redis, or no platform yet. */
export const redisAddress = (home: string): string | undefined => read(secret(home, 'redis-exporter', 'REDIS_URL'));

/** Address of the platform's database for its administrator; undefined while there is none. */
export const databaseAddress = (home: string): string | undefined =>
  read(secret(home, 'migrate-database', 'DATABASE_URL'));

/**
 * Makes a role `exporter` that may read PostgreSQL's own figures, or gives it a new password: a stretched one, since the exporter's driver
 * refuses the platform's, which are random and are not. Its address is left in `HOME/secrets/postgres-exporter` as well.
 * @throws Error when the database does not answer
 */
export async function postgresExporterAccount(home: string, administrator: string): Promise<string> {
  const password = randomUUID();
  const sql = postgres(administrator, { max: 1, connect_timeout: 2, onnotice: () => {} });
  try {
    await sql`SET scram_iterations = 4096`;
    const [known] = await sql`SELECT FROM pg_roles WHERE rolname = 'exporter'`;
    if (!known) await sql`CREATE ROLE exporter LOGIN IN ROLE pg_monitor`;
    await sql.unsafe(`ALTER ROLE exporter PASSWORD '${password}'`);
    const [{ name }] = (await sql`SELECT current_database() AS name`) as unknown as [{ name: string }];
    await sql`GRANT CONNECT ON DATABASE ${sql(name)} TO exporter`;
  } finally {
    await sql.end({ timeout: 2 });
  }
  const url = new URL(administrator);
  Object.assign(url, { username: 'exporter', password, search: 'sslmode=disable' });
  const folder = secret(home, 'postgres-exporter');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'DATA_SOURCE_NAME'), url.href, { mode: 0o600 });
  return url.href;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
