import { setTimeout as sleep } from 'node:timers/promises';
import type postgres from 'postgres';

const pauseMs = 200;

/**
 * The lock of migrations, and of those who would not bear one meanwhile: each waits `patienceMs` at most, and returns whether it has the lock.
 * It asks again and again: whoever waits within a statement is one that an index that is built concurrently waits for.
 */
export const migrationLock = {
  /** Until the connection ends; alone. */
  take: (connection: postgres.ReservedSql, patienceMs = Number.POSITIVE_INFINITY) =>
    untilTaken(() => connection`SELECT pg_try_advisory_lock(hashtext('dormouse.migrate')) AS taken`, patienceMs),
  /** Until the connection ends; several may hold it. */
  share: (connection: postgres.ReservedSql, patienceMs: number) =>
    untilTaken(() => connection`SELECT pg_try_advisory_lock_shared(hashtext('dormouse.migrate')) AS taken`, patienceMs),
  /** Until the end of the transaction that is open; alone. */
  takeWithin: (connection: postgres.ReservedSql, patienceMs: number) =>
    untilTaken(() => connection`SELECT pg_try_advisory_xact_lock(hashtext('dormouse.migrate')) AS taken`, patienceMs),
};

async function untilTaken(ask: () => PromiseLike<readonly postgres.Row[]>, patienceMs: number): Promise<boolean> {
  const begin = performance.now();
  for (;;) {
    const [lock] = await ask();
    if (lock?.taken === true) return true;
    if (performance.now() - begin >= patienceMs) return false;
    await sleep(Math.min(pauseMs, patienceMs));
  }
}
