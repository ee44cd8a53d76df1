import { setTimeout as pause } from 'node:timers/promises';

/** Of PostgreSQL: serialization failure, deadlock; and our constraints that a concurrent transaction violates. */
const retryableStates = new Set(['40001', '40P01']);
const raceConstraints = new Set(['posts_category', 'posts_source', 'idempotency_key', 'addresses_of_post']);

/** A concurrent transaction changed what this one had read: it must be retried. */
export class ConcurrentUpdate extends Error {
  override name = 'ConcurrentUpdate';
}

/** Runs `work` up to `attempts` times while it loses a race against another transaction. */
export async function retrying<T>(
  work: () => Promise<T>,
  attempts = 8,
  wait: (ms: number) => Promise<unknown> = pause,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= attempts || !isLostRace(error)) throw error;
      await wait(Math.random() * 5 * 2 ** attempt);
    }
  }
}

function isLostRace(error: unknown): boolean {
  if (error instanceof ConcurrentUpdate) return true;
  const { code, constraint_name } = (error ?? {}) as { code?: string; constraint_name?: string };
  return (
    (code !== undefined && retryableStates.has(code)) ||
    (constraint_name !== undefined && raceConstraints.has(constraint_name))
  );
}
