import { newsletterDue } from '@dormouse/events/newsletter';
import { deletedAccount } from '@dormouse/runtime/deleted-account';
import type { Emit, Outbox } from '@dormouse/runtime/outbox';
import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import { someRows, untilNone } from '@dormouse/runtime/until-none';

export interface Subscriber {
  id: number;
  email: string;
  state: 'pending' | 'confirmed' | 'paused';
  bounces: number;
  bounce: string | null;
  requestedAt: Date;
  confirmedAt: Date | null;
}

export interface NewsletterSettings {
  mailsPosts: boolean;
  confirmed: number;
  pending: number;
  paused: number;
}

export interface SubscribersPage {
  state?: Subscriber['state'] | undefined;
  limit: number;
  /** Id of the last one before. */
  after: number;
}

/** Who gets posts by e-mail. */
export interface Subscribers {
  settings(): Promise<NewsletterSettings>;
  /** Whether posts are sent, and people may subscribe. */
  isOpen(): Promise<boolean>;
  changeSettings(mailsPosts: boolean): Promise<void>;
  /** Has an address asked whether it wants this. It does the same for every address; one that is subscribed is sent nothing. */
  request(email: string, token: string): Promise<void>;
  /** Uses a link up. False when it is none, or not any more. */
  confirm(hash: string): Promise<boolean>;
  unsubscribe(token: string): Promise<void>;
  /** Of the address that an account has proven. */
  ofAccount(userId: number): Promise<Subscriber[]>;
  list(page: SubscribersPage): Promise<Subscriber[]>;
  remove(id: number): Promise<boolean>;
  /** Removes those of an account that is deleted, and its name from what is being sent. */
  removeOf(account: { id: number; username: string }, tx: Tx): Promise<void>;
  /** Forgets who has not confirmed for a week, and what was sent a quarter of a year ago. */
  forget(): Promise<void>;
}

const pendingDays = 7;
const keptDays = 90;

/** Announces that mails wait. */
export const announce = (emit: Emit, kind: 'confirmation' | 'post'): void =>
  emit(newsletterDue, `newsletter/${kind}`, { kind });

/** @see Subscribers */
export function openSubscribers(sql: Sql, outbox: Outbox): Subscribers {
  return {
    async settings() {
      const [row] = await sql<{ mails_posts: boolean; confirmed: number; pending: number; paused: number }[]>`
        SELECT settings.mails_posts, count(*) FILTER (WHERE s.state = 'confirmed')::int AS confirmed,
          count(*) FILTER (WHERE s.state = 'pending')::int AS pending, count(*) FILTER (WHERE s.state = 'paused')::int AS paused
        FROM settings LEFT JOIN subscribers AS s ON true GROUP BY settings.mails_posts`;
      const { mails_posts: mailsPosts = false, confirmed = 0, pending = 0, paused = 0 } = row ?? {};
      return { mailsPosts, confirmed, pending, paused };
    },
    async isOpen() {
      const [row] = await sql<{ mails_posts: boolean }[]>`SELECT mails_posts FROM settings`;
      return row?.mails_posts === true;
    },
    async changeSettings(mailsPosts) {
      await sql`
        UPDATE settings SET mails_posts = ${mailsPosts}, since = clock_timestamp() WHERE mails_posts <> ${mailsPosts}`;
    },
    request: (email, token) =>
      outbox.transaction(async (tx, emit) => {
        const [row] = await tx<{ id: string }[]>`
          INSERT INTO subscribers AS known (email, token) VALUES (${email}, ${token})
          ON CONFLICT (lower(email COLLATE "C")) DO UPDATE SET requested_at = excluded.requested_at RETURNING id`;
        await tx`INSERT INTO messages (kind, subscriber_id) VALUES ('confirmation', ${row?.id ?? null}::bigint)`;
        announce(emit, 'confirmation');
      }),
    confirm: (hash) =>
      outbox.transaction(async (tx) => {
        const [found] = await tx<{ subscriber_id: string }[]>`
          DELETE FROM confirmations WHERE hash = ${hash} AND expires_at > clock_timestamp() RETURNING subscriber_id`;
        if (!found) return false;
        await tx`DELETE FROM confirmations WHERE subscriber_id = ${found.subscriber_id}::bigint`;
        const changed = await tx`
          UPDATE subscribers SET state = 'confirmed', confirmed_at = coalesce(confirmed_at, clock_timestamp()), bounces = 0, bounce = NULL,
            user_id = auth.account_of(email)
          WHERE id = ${found.subscriber_id}::bigint`;
        return changed.count > 0;
      }),
    async unsubscribe(token) {
      await sql`DELETE FROM subscribers WHERE token = ${token}`;
    },
    async ofAccount(userId) {
      const rows = await sql<Row[]>`
        SELECT ${columns(sql)} FROM subscribers AS s
        WHERE lower(s.email COLLATE "C") = lower(auth.proven_address(${userId}::bigint) COLLATE "C") OR s.user_id = ${userId}::bigint`;
      return rows.map(toSubscriber);
    },
    async list({ state, limit, after }) {
      const rows = await sql<Row[]>`
        SELECT ${columns(sql)} FROM subscribers AS s
        WHERE s.id > ${after}::bigint ${state === undefined ? sql`` : sql`AND s.state = ${state}`}
        ORDER BY s.id LIMIT ${limit}`;
      return rows.map(toSubscriber);
    },
    async remove(id) {
      return (await sql`DELETE FROM subscribers WHERE id = ${id}::bigint`).count > 0;
    },
    async removeOf({ id, username }, tx) {
      await tx`DELETE FROM subscribers WHERE user_id = ${id}::bigint`;
      await tx`UPDATE issues SET author = ${deletedAccount.name} WHERE author = ${username}`;
    },
    async forget() {
      await sql`
        DELETE FROM subscribers WHERE state = 'pending' AND requested_at < clock_timestamp() - make_interval(days => ${pendingDays})`;
      await sql`
        UPDATE subscribers SET user_id = auth.account_of(email) WHERE id IN (
          SELECT id FROM subscribers WHERE state <> 'pending' AND user_id IS NULL AND auth.account_of(email) IS NOT NULL LIMIT ${someRows})`;
      await untilNone(async () => {
        const gone = await sql`
          DELETE FROM messages WHERE id IN (
            SELECT m.id FROM messages AS m LEFT JOIN issues AS i ON i.post_id = m.post_id
            WHERE m.settled_at < clock_timestamp() - make_interval(days => ${keptDays}) AND (i.post_id IS NULL OR i.state <> 'sending')
            LIMIT ${someRows})`;
        return gone.count;
      });
    },
  };
}

interface Row {
  id: string;
  email: string;
  state: Subscriber['state'];
  bounces: number;
  bounce: string | null;
  requested_at: Date;
  confirmed_at: Date | null;
}

const columns = (sql: Sql) => sql`s.id, s.email, s.state, s.bounces, s.bounce, s.requested_at, s.confirmed_at`;

const toSubscriber = (row: Row): Subscriber => ({
  id: Number(row.id),
  email: row.email,
  state: row.state,
  bounces: row.bounces,
  bounce: row.bounce,
  requestedAt: row.requested_at,
  confirmedAt: row.confirmed_at,
});
