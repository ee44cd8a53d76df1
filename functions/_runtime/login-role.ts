import type postgres from 'postgres';
import { alterRoles } from './alter-roles.ts';

/** What runs SQL: a connection, or a pool. */
export type RunsSql = Pick<postgres.Sql, 'unsafe'>;

/** The role that reads all tables. It has no schema. */
export const reader = 'backup';

/** The two roles that log in for a function in turns, so that during a rotation both passwords are good: PostgreSQL keeps one a role. */
export const loginsOf = (role: string): [string, string] => [role, `${role}_b`];

/**
 * Lets `login` act as `role` with this password: `role` itself, or a member of it that becomes `role` when it connects, so that whatever
 * it makes belongs to `role`.
 */
export async function prepareLogin(sql: RunsSql, role: string, login: string, password: string): Promise<void> {
  const [owner, member] = [quoted(role), quoted(login)];
  if (login !== role) {
    await alterRoles(
      sql,
      `DO $$ BEGIN CREATE ROLE ${member} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
    );
    await alterRoles(sql, `GRANT ${owner} TO ${member}`);
    await alterRoles(sql, `ALTER ROLE ${member} SET role = ${owner}`);
    await alterRoles(sql, `ALTER ROLE ${member} SET search_path = ${owner}`);
  }
  await alterRoles(sql, `ALTER ROLE ${member} LOGIN PASSWORD '${password.replaceAll("'", "''")}'`);
}

/** Makes the role that may read the tables of all functions, for backups; `migrate` gives it what there is to read. */
export async function prepareReader(sql: RunsSql, login: string, password: string): Promise<void> {
  await alterRoles(
    sql,
    `DO $$ BEGIN CREATE ROLE ${quoted(reader)} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
  );
  await prepareLogin(sql, reader, login, password);
}

/** Nobody can log in by this role's password any more; who is connected stays so. */
export const dropPassword = (sql: RunsSql, login: string) =>
  sql.unsafe(
    `DO $$ BEGIN ALTER ROLE ${quoted(login)} PASSWORD NULL; EXCEPTION WHEN undefined_object THEN NULL; END $$`,
  );

function quoted(name: string): string {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(name)) throw new TypeError(`not a role's name: ${name}`);
  return `"${name}"`;
}
