import type postgres from 'postgres';

/** PostgreSQL's `server_version_num`: migrations use uuidv7(). */
const oldest = 180_000;

/**
 * Demands a database that can hold every text, of a server that knows the SQL of the migrations. Its locale is its own affair: letters are folded by
 * functions, or under a collation that a statement names (docs/decisions/0121-locale-of-the-database.md).
 *
 * @throws Error that says what is wrong, and what to do.
 */
export async function demandDatabase(sql: postgres.Sql): Promise<void> {
  const [row] = await sql<{ name: string; encoding: string; version: number; shown: string }[]>`
    SELECT current_database() AS name, current_setting('server_encoding') AS encoding,
      current_setting('server_version_num')::integer AS version, current_setting('server_version') AS shown`;
  if (!row) throw new Error('PostgreSQL does not say what it is');
  if (row.version < oldest) throw new Error(`PostgreSQL ${row.shown} is too old: 18 or newer is needed`);
  if (row.encoding !== 'UTF8')
    throw new Error(
      `the database ${row.name} has the encoding ${row.encoding}, which cannot hold every letter: make one by ${creation}`,
    );
}

/** A database like that of the local platform. */
const creation =
  "CREATE DATABASE dormouse TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8', and name it in DATABASE_URL";
