import { callService } from '@dormouse/runtime/client';
import type { Sql } from '@dormouse/runtime/sql-types';
import type { Archive } from './archive.ts';

/**
 * The journal's archive: in this database where the journal's schema is in it, else behind the journal's own address. Which of them is
 * looked up with the first question: the journal may be deployed after the relay.
 */
export function archiveOf(sql: Sql, journalUrl: string | undefined): Archive {
  let found: Archive | undefined;
  return async (events) => {
    found ??= (await hasTable(sql))
      ? tableArchive(sql)
      : journalUrl === undefined
        ? undefined
        : serviceArchive(journalUrl);
    if (!found)
      throw new Error(
        'there is no archive: no journal.events in this database, no JOURNAL_URL, and ACKNOWLEDGED_BY is not broker',
      );
    return await found(events);
  };
}

async function hasTable(sql: Sql): Promise<boolean> {
  const rows = await sql`
    SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = 'journal' AND relname = 'events' AND has_schema_privilege(pg_namespace.oid, 'USAGE') AND has_column_privilege(pg_class.oid, 'id', 'SELECT')`;
  return rows.length > 0;
}

const tableArchive =
  (sql: Sql): Archive =>
  async (events) => {
    const rows = await sql<{ there: boolean }[]>`
      SELECT EXISTS (SELECT FROM journal.events WHERE events.source = asked.source AND events.id = asked.id) AS there
      FROM unnest(${events.map(({ source }) => source)}::text[], ${events.map(({ id }) => id)}::text[]) WITH ORDINALITY AS asked (source, id, n) ORDER BY n`;
    return rows.map(({ there }) => there);
  };

const serviceArchive =
  (url: string): Archive =>
  async (events) => {
    const body = JSON.stringify({ events: events.map(({ source, id }) => ({ source, id })) });
    const headers = { 'content-type': 'application/json' };
    const response = await callService(`${url}/events/archived`, { method: 'POST', headers, body, repeatable: true });
    const answer = response.status === 200 ? ((await response.json()) as { archived?: unknown }).archived : undefined;
    if (!Array.isArray(answer) || answer.length !== events.length)
      throw new Error(`the journal answered ${response.status} when it was asked for events`);
    return answer.map((each) => each === true);
  };
