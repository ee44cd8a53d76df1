import type { Sql } from '@dormouse/runtime/sql-types';

/** Deliveries of a statement: each ends long before PostgreSQL would end it. */
export const deliveriesAtOnce = 500;
const beforeAll = '00000000-0000-0000-0000-000000000000';

/**
 * Of a webhook that is disabled, nothing waits: what the Broker still has of it is dropped when it comes. In transactions of its own, one
 * for some hundreds: a webhook may have tens of thousands. What is left after a crash is given up by the sweep.
 */
export function giveUp(sql: Sql, subscription: number): Promise<number> {
  return inBatches((after) =>
    sql.begin(async (tx): Promise<readonly Changed[]> => {
      // Somebody may enable it meanwhile: then what waits goes on waiting.
      const [disabled] = await tx`
        SELECT 1 FROM subscriptions WHERE id = ${subscription} AND disabled_at IS NOT NULL FOR SHARE`;
      if (!disabled) return [];
      return await tx<Changed[]>`
        UPDATE deliveries SET state = 'failed' WHERE state = 'waiting' AND id = ANY (ARRAY(
          SELECT id FROM deliveries WHERE subscription_id = ${subscription} AND state = 'waiting' AND id > ${after} ORDER BY id LIMIT ${deliveriesAtOnce} FOR UPDATE))
        RETURNING id`;
    }),
  );
}

/** Removes the deliveries of a webhook with their attempts, some hundreds at a time; answers how many there were. */
export function removeDeliveries(sql: Sql, subscription: number): Promise<number> {
  return inBatches(
    (after) => sql<Changed[]>`
      DELETE FROM deliveries WHERE id = ANY (ARRAY(
        SELECT id FROM deliveries WHERE subscription_id = ${subscription} AND id > ${after} ORDER BY id LIMIT ${deliveriesAtOnce} FOR UPDATE))
      RETURNING id`,
  );
}

interface Changed {
  id: string;
}

/** Goes through deliveries in the order of their ids, until there are none. */
async function inBatches(change: (after: string) => PromiseLike<readonly Changed[]>): Promise<number> {
  let count = 0;
  for (let after = beforeAll; ; ) {
    const changed = await change(after);
    const last = changed
      .map(({ id }) => id)
      .sort()
      .at(-1);
    if (last === undefined) return count;
    after = last;
    count += changed.length;
  }
}
