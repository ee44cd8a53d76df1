import type { Sql } from '@dormouse/runtime/sql-types';
import { giveUp, removeDeliveries } from './giving-up.ts';
import { newSecret } from './signature.ts';

/** Somebody's program that is told of events, without its secrets. */
export interface Subscription {
  id: number;
  url: string;
  events: readonly string[];
  createdAt: Date;
  failingSince: Date | null;
  disabledAt: Date | null;
  disabledReason: 'failing' | 'gone' | 'operator' | null;
  /** Until then the secret of before signs, too. */
  oldSecretUntil: Date | null;
}

export interface SubscriptionChange {
  events?: readonly string[] | undefined;
  enabled?: boolean | undefined;
}

export interface Subscriptions {
  /** By id. */
  list(): Promise<Subscription[]>;
  find(id: number): Promise<Subscription | undefined>;
  /** Undefined when there are as many as there may be. */
  create(url: string, events: readonly string[]): Promise<{ id: number; secret: string } | undefined>;
  change(id: number, change: SubscriptionChange): Promise<Subscription | undefined>;
  /** Its deliveries go with it, before it: it is disabled until they are gone. */
  remove(id: number): Promise<boolean>;
  /** Gives it a new secret; the one of now signs as well for a day, within which there is no third. */
  rotate(id: number): Promise<Rotated | StillRotating | undefined>;
}

export interface Rotated {
  secret: string;
  oldSecretUntil: Date;
}

/** Two secrets sign already. */
export interface StillRotating {
  busyUntil: Date;
}

/** All of them: each event becomes as many deliveries. */
export const maxSubscriptions = 100;
const rotatingHours = 24;

interface Row {
  id: string;
  url: string;
  events: string[];
  created_at: Date;
  failing_since: Date | null;
  disabled_at: Date | null;
  disabled_reason: Subscription['disabledReason'];
  old_secret_until: Date | null;
}

const toSubscription = (row: Row): Subscription => ({
  id: Number(row.id),
  url: row.url,
  events: row.events,
  createdAt: row.created_at,
  failingSince: row.failing_since,
  disabledAt: row.disabled_at,
  disabledReason: row.disabled_reason,
  oldSecretUntil: row.old_secret_until,
});

export function openSubscriptions(sql: Sql): Subscriptions {
  const columns = sql`id, url, events, created_at, failing_since, disabled_at, disabled_reason,
    CASE WHEN old_secret_until > now() THEN old_secret_until END AS old_secret_until`;
  return {
    list: async () => (await sql<Row[]>`SELECT ${columns} FROM subscriptions ORDER BY id`).map(toSubscription),
    async find(id) {
      const [row] = await sql<Row[]>`SELECT ${columns} FROM subscriptions WHERE id = ${id}`;
      return row && toSubscription(row);
    },
    async create(url, events) {
      const secret = newSecret();
      const [row] = await sql<{ id: string }[]>`
        INSERT INTO subscriptions (url, events, secret) SELECT ${url}, ${events as string[]}::text[], ${secret}
        WHERE (SELECT count(*) FROM subscriptions) < ${maxSubscriptions} RETURNING id`;
      return row && { id: Number(row.id), secret };
    },
    async change(id, { events, enabled }) {
      const [row] = await sql<Row[]>`
        UPDATE subscriptions SET
          events = coalesce(${(events as string[] | undefined) ?? null}::text[], events),
          disabled_at = CASE ${enabled ?? null}::boolean WHEN true THEN NULL WHEN false THEN coalesce(disabled_at, now()) ELSE disabled_at END,
          disabled_reason = CASE ${enabled ?? null}::boolean WHEN true THEN NULL WHEN false THEN coalesce(disabled_reason, 'operator') ELSE disabled_reason END,
          failing_since = CASE WHEN ${enabled ?? null}::boolean THEN NULL ELSE failing_since END
        WHERE id = ${id} RETURNING ${columns}`;
      if (row && enabled === false) await giveUp(sql, id);
      return row && toSubscription(row);
    },
    async remove(id) {
      // What is announced meanwhile goes by the foreign key.
      const disabled = await sql`
        UPDATE subscriptions SET disabled_at = coalesce(disabled_at, now()), disabled_reason = coalesce(disabled_reason, 'operator')
        WHERE id = ${id}`;
      if (disabled.count === 0) return false;
      await removeDeliveries(sql, id);
      return (await sql`DELETE FROM subscriptions WHERE id = ${id}`).count > 0;
    },
    async rotate(id) {
      const secret = newSecret();
      const [row] = await sql<{ old_secret_until: Date }[]>`
        UPDATE subscriptions SET secret = ${secret}, old_secret = secret, old_secret_until = now() + make_interval(hours => ${rotatingHours})
        WHERE id = ${id} AND (old_secret_until IS NULL OR old_secret_until <= now()) RETURNING old_secret_until`;
      if (row) return { secret, oldSecretUntil: row.old_secret_until };
      const [busy] = await sql<{ old_secret_until: Date }[]>`
        SELECT old_secret_until FROM subscriptions WHERE id = ${id} AND old_secret_until IS NOT NULL`;
      return busy && { busyUntil: busy.old_secret_until };
    },
  };
}
