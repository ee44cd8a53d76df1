import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longest stretch of work without a look at the event loop, ms; and how long others then have it to themselves. */
const turnMs = 2;
/** Others have it longer when they need it, but not for ever, ms. */
const maxPauseMs = 20;
/** Longest time that one query may work, ms. */
const maxQueryMs = 10_000;
/** Most queries that wait; a dashboard asks some dozens at once. */
const maxWaiting = 200;

/** A query was given up: it takes too long, or too many wait. */
export class QueryTimeoutError extends Error {
  override name = 'QueryTimeoutError';
}

let last: Promise<unknown> = Promise.resolve();
let waiting = 0;

/**
 * Does the work of a query, whose steps are those of the iterator, while the process answers others: in turns of 2 ms with
 * pauses as long, or up to 20 ms when the others need more than half of it (a request passes the event loop several times),
 * and one query after the other, so that queries never hold memory together. Rejects with what the work throws, or with a QueryTimeoutError.
 */
export async function inTurns<T>(work: Iterator<void, T>, maxWorkMs = maxQueryMs): Promise<T> {
  if (waiting >= maxWaiting) throw new QueryTimeoutError('too many queries wait');
  waiting++;
  const mine = last.then(
    () => finish(work, maxWorkMs),
    () => finish(work, maxWorkMs),
  );
  last = mine.finally(() => waiting--);
  last.catch(() => {});
  return mine;
}

async function finish<T>(work: Iterator<void, T>, maxWorkMs: number): Promise<T> {
  let workedMs = 0;
  for (;;) {
    const startMs = performance.now();
    do {
      const { done, value } = work.next();
      if (done) return value;
    } while (performance.now() - startMs < turnMs);
    workedMs += performance.now() - startMs;
    if (workedMs > maxWorkMs) throw new QueryTimeoutError(`the query worked for more than ${maxWorkMs / 1_000} s`);
    await pause();
  }
}

async function pause(): Promise<void> {
  for (let pausedMs = 0; pausedMs < maxPauseMs; pausedMs += turnMs) {
    const before = performance.eventLoopUtilization();
    await sleep(turnMs);
    if (performance.eventLoopUtilization(before).utilization < 0.5) return;
  }
}
