import type { Sql, Tx } from '@dormouse/runtime/sql-types';

/** A picture is collected when nobody has named it for so many days, and nobody has uploaded it in them. */
export const graceDays = 7;

/** Of a row of pictures: nobody has wanted it for the whole grace period. */
export const expired = (sql: Sql | Tx) =>
  sql`unused_since IS NOT NULL AND greatest(unused_since, wanted_at) <= clock_timestamp() - make_interval(days => ${graceDays})`;
