import type { Sql } from '@dormouse/runtime/sql-types';
import { keyOf } from '@dormouse/runtime/surrogate-keys';

/** What a shared cache has to forget and could not be told: kept until it can. */
export interface OwedPurges {
  /** Remembers keys. */
  note(keys: readonly string[]): Promise<void>;
  /**
   * Tells what is owed, the longest owed first, and forgets what was told. Ends at the first failure of `tell`.
   * @returns what was told, what is left, and for how long the oldest of that has been owed, in seconds
   */
  settle(tell: (keys: readonly string[]) => Promise<void>): Promise<Settled>;
}

export interface Settled {
  told: number;
  left: number;
  ageSeconds: number;
  /** Why the rest could not be told. */
  error?: unknown;
}

/** More keys are one: everything. */
const maxOwed = 5000;
const toldAtOnce = 300;
/** What was noted just now a function may still answer from an old copy (purging.ts): it is told of later. */
const freshSeconds = 3;

/** Keys in PostgreSQL, each once, however often it is noted: while the cache does not answer, an import is not a thousand rows. */
export const owedPurgesIn = (sql: Sql): OwedPurges => ({
  note: (keys) =>
    sql.begin(async (tx) => {
      // One at a time: two would wait for each other's keys.
      await tx`LOCK TABLE purges IN SHARE ROW EXCLUSIVE MODE`;
      await tx`
        INSERT INTO purges AS owed (key) SELECT DISTINCT unnest(${keys as string[]}::text[])
        ON CONFLICT (key) DO UPDATE SET noted = owed.noted + 1, noted_at = clock_timestamp()`;
      const [row] = await tx<{ count: number }[]>`SELECT count(*)::integer AS count FROM purges`;
      if ((row?.count ?? 0) <= maxOwed) return;
      await tx`
        INSERT INTO purges AS owed (key, since) SELECT ${keyOf.all}, min(since) FROM purges
        ON CONFLICT (key) DO UPDATE SET noted = owed.noted + 1, noted_at = clock_timestamp()`;
      await tx`DELETE FROM purges WHERE key <> ${keyOf.all}`;
    }),
  async settle(tell) {
    let told = 0;
    let failure: { error: unknown } | undefined;
    while (!failure) {
      const rows = await sql<{ key: string; noted: string }[]>`
        SELECT key, noted FROM purges WHERE noted_at < clock_timestamp() - make_interval(secs => ${freshSeconds})
        ORDER BY since, key LIMIT ${toldAtOnce}`;
      if (rows.length === 0) break;
      const keys = rows.map(({ key }) => key);
      try {
        await tell(keys);
      } catch (error) {
        failure = { error };
        break;
      }
      // What was noted again meanwhile has changed again.
      await sql`
        DELETE FROM purges AS owed USING unnest(${keys}::text[], ${rows.map(({ noted }) => noted)}::bigint[]) AS done (key, noted)
        WHERE owed.key = done.key AND owed.noted = done.noted`;
      told += keys.length;
    }
    const [left] = await sql<{ count: number; age: number }[]>`
      SELECT count(*)::integer AS count, coalesce(extract(epoch FROM clock_timestamp() - min(since)), 0)::float8 AS age FROM purges`;
    return { told, left: left?.count ?? 0, ageSeconds: left?.age ?? 0, ...failure };
  },
});
