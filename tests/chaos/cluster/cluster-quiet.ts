import { setTimeout as sleep } from 'node:timers/promises';
import type postgres from 'postgres';
import type { Ledger } from '../ledger.ts';
import { outboxes } from '../observe.ts';

/** Within this time everything that was lost must have been made good. */
export const boundMs = 300_000;
const pauseMs = 3_000;
/** Copies of pages in processes. */
const cachesMs = 2_500;

/** Waits until outboxes are empty and every consumer has what is archived, or the bound has passed. */
export async function clusterQuiet(
  sql: postgres.Sql,
  ledger: Ledger,
  { since, say, signal }: { since: Date; say: (line: string) => void; signal: AbortSignal },
): Promise<void> {
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 1_000);
  let told = 0;
  for (; ; await sleep(pauseMs, undefined, { signal })) {
    const left = await waiting(sql, ledger, since).catch((error: Error) => [error.message]);
    if (left.length === 0) break;
    if (Date.now() - began > boundMs) return say(`not quiet after ${seconds()} s: ${left.join(', ')}`);
    if (seconds() - told >= 30) {
      told = seconds();
      say(`${told} s after the load: ${left.join(', ')}`);
    }
  }
  say(`quiet ${seconds()} s after the load`);
  await sleep(cachesMs, undefined, { signal });
}

async function waiting(sql: postgres.Sql, ledger: Ledger, since: Date): Promise<string[]> {
  const acknowledged = ledger.streams.reduce((sum, each) => sum + each.acknowledged, 0);
  const [[row], rows, [lacking]] = await Promise.all([
    sql<{ seen: number }[]>`SELECT count(*)::integer AS seen FROM recorder.seen WHERE source = '/chaos'`,
    outboxes(sql),
    sql<{ categories: number; recorder: number }[]>`
      SELECT count(*) FILTER (WHERE NOT EXISTS (SELECT FROM categories.inbox AS i WHERE i.source = e.source AND i.id = e.id))::integer AS categories,
        count(*) FILTER (WHERE NOT EXISTS (SELECT FROM recorder.inbox AS i WHERE i.source = e.source AND i.id = e.id))::integer AS recorder
      FROM journal.events AS e WHERE received_at >= ${since} AND starts_with(type, 'dev.dormouse.post.')`,
  ]);
  const [seen, kept] = [row!.seen, rows.reduce((sum, each) => sum + each.rows, 0)];
  return [
    ...(seen < acknowledged ? [`${acknowledged - seen} numbered events have not been seen`] : []),
    ...(kept > 0 ? [`${kept} events are in outboxes`] : []),
    ...Object.entries(lacking ?? {}).flatMap(([name, count]) =>
      count > 0 ? [`${name} lacks ${count} archived events`] : [],
    ),
  ];
}
