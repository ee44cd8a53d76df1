import type { Sql, Tx } from '@dormouse/runtime/sql-types';

/**
 * A picture is collected when nobody has named it for so many days, and nobody has uploaded it in them: longer than the editor keeps a text
 * in a browser (30 days, functions/web/client/copies.ts), where nobody can ask for it.
 */
export const graceDays = 31;

/** Of a row of pictures: nobody has wanted it for the whole grace period. */
export const expired = (sql: Sql | Tx) =>
  sql`unused_since IS NOT NULL AND greatest(unused_since, wanted_at) <= clock_timestamp() - make_interval(days => ${graceDays})`;
