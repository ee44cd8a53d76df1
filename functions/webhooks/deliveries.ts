import { webhookDisabled, webhookDue } from '@dormouse/events/webhook';
import { uuidv7 } from '@dormouse/runtime/ids';
import type { Emit, Outbox } from '@dormouse/runtime/outbox';
import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import { type Announcement, bodyOf } from './announcement.ts';
import { isTaken, type Outcome } from './post-safely.ts';

/** Attempts that the Broker makes of an event: the first one, and the retries of the Trigger webhooks-deliveries. */
export const attemptsOfRun = 15;
/** A webhook is not disabled by the first failures of a delivery, which may be of a moment. */
const surelyFailing = 5;
/** The Broker's longest pause is 2 h 17 min: what has waited for longer was forgotten. */
const forgottenHours = 6;
const keptDays = 30;

/** What is to be sent, and what is needed for it. */
export interface DueDelivery {
  id: string;
  url: string;
  body: string;
  /** The newer one first. */
  secrets: readonly string[];
  createdAt: Date;
  /** Nothing was tried yet since it was made. */
  first: boolean;
  /** What it tells of is not public any more. */
  withdrawn: boolean;
}

export interface Attempt {
  at: Date;
  durationMs: number;
  status: number | null;
  error: string | null;
  answer: string | null;
}

export interface Delivery {
  id: string;
  type: string;
  body: string;
  state: 'waiting' | 'delivered' | 'failed';
  createdAt: Date;
  /** The last ten, the newest first. */
  attempts: readonly Attempt[];
}

/** What is to be done after an attempt. */
export type Verdict = 'done' | 'again' | 'disabled';

export interface Deliveries {
  /** Makes a delivery for each subscription that wants this, and announces it, in the transaction of its event. */
  announce(announcement: Announcement, tx: Tx, emit: Emit): Promise<void>;
  /** One for a single subscription, in a transaction of its own; answers its id. */
  make(subscription: number, announcement: Announcement): Promise<string>;
  /** What is to be sent for an event; undefined when nothing is. */
  due(id: string, run: number): Promise<DueDelivery | undefined>;
  /** Notes an attempt, and what follows for the delivery and its subscription. */
  note(id: string, run: number, outcome: Outcome, at: Date): Promise<Verdict>;
  /** Gives up what may not be told any more. */
  withdraw(id: string, run: number, at: Date): Promise<void>;
  /** Of a subscription, the newest first. */
  list(subscription: number, page: { limit: number; after?: string | undefined }): Promise<Delivery[]>;
  /** Begins one anew; false when the subscription has none of this id. */
  resend(subscription: number, id: string): Promise<boolean>;
  /** Begins anew what was forgotten, and removes what is old. */
  sweep(): Promise<{ resent: number; removed: number }>;
}

export interface DeliveriesOptions {
  sql: Sql;
  outbox: Outbox;
  disableAfterDays: number;
}

export function openDeliveries({ sql, outbox, disableAfterDays }: DeliveriesOptions): Deliveries {
  return {
    async announce(announcement, tx, emit) {
      if (announcement.postId !== undefined && !(await isPublic(tx, announcement.postId))) return;
      const subscribed = await tx<{ id: string }[]>`
        SELECT id FROM subscriptions WHERE disabled_at IS NULL AND ${announcement.type} = ANY (events) ORDER BY id`;
      for (const { id } of subscribed) await insert(Number(id), announcement, tx, emit);
    },
    make: (subscription, announcement) =>
      outbox.transaction((tx, emit) => insert(subscription, announcement, tx, emit)),
    async due(id, run) {
      const [row] = await sql<DueRow[]>`
        SELECT d.id, s.url, d.body, d.post_id, d.created_at, d.run = 1 AND d.tries = 0 AS first, s.secret,
          CASE WHEN s.old_secret_until > now() THEN s.old_secret END AS old_secret
        FROM deliveries AS d JOIN subscriptions AS s ON s.id = d.subscription_id
        WHERE d.id = ${id} AND d.run = ${run} AND d.state <> 'delivered' AND s.disabled_at IS NULL`;
      if (!row) return undefined;
      return {
        id: row.id,
        url: row.url,
        body: row.body,
        secrets: [row.secret, ...(row.old_secret === null ? [] : [row.old_secret])],
        createdAt: row.created_at,
        first: row.first,
        withdrawn: row.post_id !== null && !(await isPublic(sql, Number(row.post_id))),
      };
    },
    note: (id, run, outcome, at) =>
      outbox.transaction((tx, emit) => note({ id, run, outcome, at, disableAfterDays }, tx, emit)),
    withdraw: (id, run, at) =>
      outbox.transaction(async (tx) => {
        const given =
          await tx`UPDATE deliveries SET state = 'failed', touched_at = now() WHERE id = ${id} AND run = ${run}`;
        if (given.count > 0)
          await tx`INSERT INTO attempts (delivery_id, at, duration_ms, error) VALUES (${id}, ${at}, 0, 'nothing was sent: the post is not public any more')`;
      }),
    async list(subscription, { limit, after }) {
      const rows = await sql<Row[]>`
        SELECT id, type, body, state, created_at, coalesce(a.attempts, '[]') AS attempts
        FROM deliveries LEFT JOIN LATERAL (
          SELECT json_agg(json_build_object('at', tried.at, 'duration_ms', tried.duration_ms, 'status', tried.status, 'error', tried.error, 'answer', tried.answer) ORDER BY tried.id DESC) AS attempts
          FROM (SELECT * FROM attempts WHERE delivery_id = deliveries.id ORDER BY id DESC LIMIT 10) AS tried
        ) AS a ON true
        WHERE subscription_id = ${subscription} ${after === undefined ? sql`` : sql`AND id < ${after}`}
        ORDER BY id DESC LIMIT ${limit}`;
      return rows.map(toDelivery);
    },
    resend: (subscription, id) =>
      outbox.transaction(async (tx, emit) => {
        const rows = await tx<Begun[]>`
          UPDATE deliveries SET ${anew(tx)} WHERE id = ${id} AND subscription_id = ${subscription} RETURNING id, run`;
        return announceAnew(rows, emit);
      }),
    async sweep() {
      const resent = await outbox.transaction(async (tx, emit) => {
        const rows = await tx<Begun[]>`
          UPDATE deliveries SET ${anew(tx)}
          WHERE id IN (
            SELECT waiting.id FROM deliveries AS waiting JOIN subscriptions ON subscriptions.id = waiting.subscription_id
            WHERE waiting.state = 'waiting' AND waiting.touched_at < now() - make_interval(hours => ${forgottenHours})
              AND subscriptions.disabled_at IS NULL
            ORDER BY waiting.touched_at LIMIT 500 FOR UPDATE OF waiting SKIP LOCKED)
          RETURNING id, run`;
        announceAnew(rows, emit);
        return rows.length;
      });
      const old = await sql`
        DELETE FROM deliveries WHERE id IN (
          SELECT id FROM deliveries WHERE created_at < now() - make_interval(days => ${keptDays}) ORDER BY created_at LIMIT 10000)`;
      return { resent, removed: old.count };
    },
  };
}

interface DueRow {
  id: string;
  url: string;
  body: string;
  post_id: string | null;
  created_at: Date;
  first: boolean;
  secret: string;
  old_secret: string | null;
}

interface Begun {
  id: string;
  run: number;
}

interface Row {
  id: string;
  type: string;
  body: string;
  state: Delivery['state'];
  created_at: Date;
  attempts: { at: string; duration_ms: number; status: number | null; error: string | null; answer: string | null }[];
}

const toDelivery = ({ id, type, body, state, created_at, attempts }: Row): Delivery => ({
  id,
  type,
  body,
  state,
  createdAt: created_at,
  attempts: attempts.map(({ at, duration_ms, status, error, answer }) => ({
    at: new Date(at),
    durationMs: duration_ms,
    status,
    error,
    answer,
  })),
});

const anew = (tx: Tx) => tx`run = run + 1, tries = 0, state = 'waiting', touched_at = now()`;

const subjectOf = (delivery: string): string => `delivery/${delivery}`;

function announceAnew(rows: readonly Begun[], emit: Emit): boolean {
  for (const { id, run } of rows) emit(webhookDue, subjectOf(id), { delivery: id, run });
  return rows.length > 0;
}

async function isPublic(sql: Sql | Tx, post: number): Promise<boolean> {
  const [row] = await sql<{ is_public: boolean }[]>`SELECT posts.is_public(${post}::bigint) AS is_public`;
  return row?.is_public === true;
}

async function insert(subscription: number, announcement: Announcement, tx: Tx, emit: Emit): Promise<string> {
  const id = uuidv7();
  const { type, postId = null } = announcement;
  await tx`
    INSERT INTO deliveries (id, subscription_id, type, post_id, body)
    VALUES (${id}, ${subscription}, ${type}, ${postId}, ${bodyOf(announcement)})`;
  emit(webhookDue, subjectOf(id), { delivery: id, run: 1 });
  return id;
}

/** Of a webhook that is disabled, nothing waits: what the Broker still has of it is dropped when it comes. */
export async function giveUp(subscription: number, tx: Tx): Promise<void> {
  await tx`UPDATE deliveries SET state = 'failed' WHERE subscription_id = ${subscription} AND state = 'waiting'`;
}

interface Noted {
  id: string;
  run: number;
  outcome: Outcome;
  at: Date;
  disableAfterDays: number;
}

async function note({ id, run, outcome, at, disableAfterDays }: Noted, tx: Tx, emit: Emit): Promise<Verdict> {
  const taken = isTaken(outcome);
  const { status = null, error = null, answer = null, durationMs } = outcome;
  // Somebody may have it sent anew meanwhile, or have removed the webhook: what was tried is noted all the same, as far as there is a place.
  const [row] = await tx<{ subscription_id: string; tries: number }[]>`
    UPDATE deliveries SET tries = tries + 1, touched_at = now(),
      state = CASE WHEN ${taken} THEN 'delivered' WHEN tries + 1 >= ${attemptsOfRun} THEN 'failed' ELSE 'waiting' END
    WHERE id = ${id} AND run = ${run} RETURNING subscription_id, tries`;
  if (!row) return 'done';
  await tx`
    INSERT INTO attempts (delivery_id, at, duration_ms, status, error, answer)
    VALUES (${id}, ${at}, ${durationMs}, ${status}, ${error}, ${answer})`;
  if (taken) {
    await tx`UPDATE subscriptions SET failing_since = NULL WHERE id = ${row.subscription_id} AND failing_since IS NOT NULL`;
    return 'done';
  }
  const reason = await disablingReason(row, { outcome, at, disableAfterDays }, tx);
  if (!reason) return 'again';
  return await disable(Number(row.subscription_id), reason, tx, emit);
}

async function disablingReason(
  { subscription_id, tries }: { subscription_id: string; tries: number },
  { outcome, at, disableAfterDays }: Pick<Noted, 'outcome' | 'at' | 'disableAfterDays'>,
  tx: Tx,
): Promise<'failing' | 'gone' | undefined> {
  const [failing] = await tx<{ for_long: boolean }[]>`
    UPDATE subscriptions SET failing_since = coalesce(failing_since, ${at}) WHERE id = ${subscription_id}
    RETURNING failing_since < now() - make_interval(days => ${disableAfterDays}) AS for_long`;
  if (outcome.status === 410) return 'gone';
  return failing?.for_long && tries >= surelyFailing ? 'failing' : undefined;
}

async function disable(subscription: number, reason: 'failing' | 'gone', tx: Tx, emit: Emit): Promise<Verdict> {
  await giveUp(subscription, tx);
  const [row] = await tx<{ url: string; failing_since: Date }[]>`
    UPDATE subscriptions SET disabled_at = now(), disabled_reason = ${reason}
    WHERE id = ${subscription} AND disabled_at IS NULL RETURNING url, failing_since`;
  if (row)
    emit(webhookDisabled, `webhook/${subscription}`, {
      id: subscription,
      host: new URL(row.url).hostname,
      reason,
      failing_since: row.failing_since.toISOString(),
    });
  return 'disabled';
}
