import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from './ledger.ts';
import { database, outboxes, reconciled, undelivered } from './observe.ts';
import type { Site } from './site.ts';

/** Backoff doubles: an event that failed for half a minute may wait as long again. */
const maxWaitMs = 180_000;
/** What one consumer lacks is missed after half a minute, and sent again in turns. */
const maxLossyWaitMs = 300_000;
/** A copy in a process may be this old, and a page made of it is thrown away once more after that. */
const cachesMs = 2_500;
/** The relay leaves what is younger to the process that wrote it. */
const relayMs = 6_000;

/** Waits until every outbox is empty and every event delivered, for as long as that may take; what is still there then is for the invariants to say. */
export async function quiet(
  { url, console, home, lossy }: Pick<Site, 'url' | 'console' | 'home' | 'lossy'>,
  ledger: Ledger,
  say: (line: string) => void,
): Promise<void> {
  const began = Date.now();
  const sql = database(home);
  let calmSince: number | undefined;
  try {
    for (; Date.now() - began < (lossy ? maxLossyWaitMs : maxWaitMs); await sleep(250)) {
      await fetch(`${url}/chaos/relay`, { method: 'POST', signal: AbortSignal.timeout(30_000) }).catch(() => {});
      const calm = await isCalm().catch(() => false);
      calmSince = calm ? (calmSince ?? Date.now()) : undefined;
      if (calmSince !== undefined && Date.now() - calmSince > relayMs) break;
    }
    say(`quiet after ${Math.round((Date.now() - began) / 1_000)} s`);
    await sleep(cachesMs);
  } finally {
    await sql.end({ timeout: 1 });
  }

  async function isCalm(): Promise<boolean> {
    if ((await outboxes(sql)).some(({ rows }) => rows > 0) || (await undelivered(console, 2_000)).length > 0)
      return false;
    if (lossy && !(await reconciled(sql))) return false;
    const [row] = await sql<
      { seen: number }[]
    >`SELECT count(*)::integer AS seen FROM recorder.seen WHERE source = '/chaos'`;
    return row!.seen >= ledger.streams.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
  }
}
