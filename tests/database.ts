import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { migrate } from '@dormouse/runtime/migrate';
import postgres from 'postgres';
import { inject } from 'vitest';

/** A database of its own for one test file, migrated for the named functions (in dependency order). */
export interface TestDatabase {
  /** Connected as the superuser. */
  admin: postgres.Sql;
  /** Connection string of a function's own role in this database. */
  urlOf(role: string): string;
  /** Connected as a function's own role, as in production. */
  as(role: string): postgres.Sql;
  drop(): Promise<void>;
}

const folder = (name: string) => join(import.meta.dirname, '../functions', name, 'migrations');

/**
 * Creates and migrates a fresh database on the run's PostgreSQL. Roles are shared by all databases of a server, hence
 * one fixed test password.
 * @example const db = await testDatabase('categories', 'posts'); const sql = db.as('posts');
 */
export async function testDatabase(...functions: string[]): Promise<TestDatabase> {
  const server = new URL(inject('postgresUrl'));
  const name = `test_${randomBytes(6).toString('hex')}`;
  const root = postgres(server.href, { max: 1, onnotice: () => {} });
  await root.unsafe(`CREATE DATABASE ${name}`);
  const at = (user?: string) => {
    const url = new URL(server);
    url.pathname = `/${name}`;
    if (user) [url.username, url.password] = [user, 'test'];
    return url.href;
  };
  const admin = postgres(at(), { max: 2, onnotice: () => {} });
  await migrate(
    admin,
    functions.map((each) => ({ name: each, folder: folder(each), password: 'test' })),
  );
  const opened: postgres.Sql[] = [];
  return {
    admin,
    urlOf: at,
    as(role) {
      const sql = postgres(at(role), { max: 4, onnotice: () => {} });
      opened.push(sql);
      return sql;
    },
    async drop() {
      await Promise.all([admin, ...opened].map((sql) => sql.end({ timeout: 1 })));
      await root.unsafe(`DROP DATABASE ${name} WITH (FORCE)`);
      await root.end();
    },
  };
}
