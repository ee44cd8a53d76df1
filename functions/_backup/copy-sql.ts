import type { Readable, Writable } from 'node:stream';
import type postgres from 'postgres';
import type { TableEntry } from './manifest.ts';

/** What runs SQL on one connection. */
export type Connection = postgres.ReservedSql;

type Copied = Pick<TableEntry, 'schema' | 'name' | 'columns' | 'key'>;

/** Texts of values that do not depend on the server's settings. They hold until the end of the transaction. */
export async function settleOutput(sql: Connection): Promise<void> {
  await sql.unsafe(`
    SET LOCAL DateStyle = 'ISO, MDY'; SET LOCAL IntervalStyle = 'postgres'; SET LOCAL TimeZone = 'UTC';
    SET LOCAL extra_float_digits = 3; SET LOCAL bytea_output = 'hex'; SET LOCAL client_encoding = 'UTF8';
    SET LOCAL row_security = off; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0`);
}

/**
 * The rows of a table, in the order of its key, as PostgreSQL's COPY writes them: one line each. `COLLATE "C"`, so that the order is the
 * same on every server.
 */
export async function copyOut(sql: Connection, table: Copied): Promise<Readable> {
  const order = table.key.length > 0 ? `ORDER BY ${table.key.join(', ')}` : '';
  const copy = `COPY (SELECT ${columnsOf(table)} FROM ${nameOf(table)} ${order}) TO STDOUT`;
  const rows = (await sql.unsafe(copy).readable()) as Readable;
  // postgres.js pauses its socket while rows are read more slowly than they come, and goes on when more is read. Behind the last row
  // nothing more is, and the connection would stay paused for ever.
  return rows.once('end', () => rows._read(0));
}

export const copyIn = (sql: Connection, table: Copied): Promise<Writable> =>
  sql.unsafe(`COPY ${nameOf(table)} (${columnsOf(table)}) FROM STDIN`).writable() as Promise<Writable>;

export const nameOf = ({ schema, name }: { schema: string; name: string }): string =>
  `${quoted(schema)}.${quoted(name)}`;

const columnsOf = ({ columns }: Copied) => columns.map(quoted).join(', ');

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
