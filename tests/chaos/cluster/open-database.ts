import postgres from 'postgres';
import { secretOf } from '../../targets/secret-of.ts';
import { lastingForward } from './lasting-forward.ts';
import { patiently } from './patience.ts';

/** The administrator's connection to the database of a namespace; `undo` is given what ends it. */
export async function openDatabase(namespace: string, undo: (() => Promise<void>)[]): Promise<postgres.Sql> {
  const { DATABASE_URL } = await secretOf(namespace, 'migrate-database');
  const forward = await lastingForward(namespace, 'postgres', 5432);
  const address = new URL(DATABASE_URL ?? '');
  address.host = `127.0.0.1:${forward.port}`;
  const sql = postgres(address.href, { max: 3, onnotice: () => {}, connect_timeout: 5, backoff: () => 1 });
  undo.push(async () => {
    await sql.end({ timeout: 1 });
    forward.close();
  });
  await patiently(() => sql`SELECT 1`, 60);
  return sql;
}
