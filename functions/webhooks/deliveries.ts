import { webhookDisabled, webhookDue } from '@dormouse/events/webhook';
import { uuidv7 } from '@dormouse/runtime/ids';
import type { Emit, Outbox } from '@dormouse/runtime/outbox';
import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import { type Announcement, bodyOf, type Withdrawal, withdrawnBody } from './announcement.ts';
import { deliveriesAtOnce, giveUp } from './giving-up.ts';
import { isTaken, type Outcome } from './post-safely.ts';

/** Attempts that the Broker makes of an event: the first one, and the retries of the Trigger webhooks-deliveries. */
export const attemptsOfRun = 15;
/** A webhook is not disabled by the first failures of a delivery, which may be of a moment. */
const surelyFailing = 5;
/** The Broker's longest pause is 2 h 17 min: what has waited for longer was forgotten. */
const forgottenHours = 6;
const keptDays = 30;
/** Batches of one kind in a sweep: what is left waits for the next one. */
const batchesOfSweep = 100;

/** What is to be sent, and what is needed for it. */
export interface DueDelivery {
  id: string;
  subscription: number;
  url: string;
  body: string;
  /** The newer one first. */
  secrets: readonly string[];
  createdAt: Date;
  /** Nothing was tried yet since it was made. */
  first: boolean;
  /** What it tells of is not public any more, or was hidden since. */
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
  /** What is sent; of a post that is not public any more, or was hidden since, no more than its id and version. */
  body: string;
  state: 'waiting' | 'delivered' | 'failed';
  createdAt: Date;
  /** The last ten, the newest first. */
  attempts: readonly Attempt[];
}

/** What is to be done after an attempt. */
export type Verdict = 'done' | 'again' | 'disabled';

export interface Deliveries {
  /** Types of events that a subscription wants. */
  wanted(tx: Tx): Promise<ReadonlySet<string>>;
  /** Makes a delivery for each subscription that wants this, and announces it, in the transaction of its event. */
  announce(announcement: Announcement, tx: Tx, emit: Emit): Promise<void>;
  /** Has nothing told any more of what was said of a post up to a version, which was hidden or deleted. */
  withdrawPost(withdrawal: Withdrawal, tx: Tx): Promise<void>;
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
  /** Begins one anew; false when the subscription has none of this id, or is disabled. */
  resend(subscription: number, id: string): Promise<boolean>;
  /** Begins anew what was forgotten, gives up what waits for webhooks that are disabled, and removes what is old; `next_due()` says when (003-next-due.sql). */
  sweep(): Promise<{ resent: number; removed: number }>;
}

export interface DeliveriesOptions {
  sql: Sql;
  outbox: Outbox;
  disableAfterDays: number;
}

export function openDeliveries({ sql, outbox, disableAfterDays }: DeliveriesOptions): Deliveries {
  return {
    async wanted(tx) {
      const rows = await tx<{ type: string }[]>`
        SELECT DISTINCT unnest(events) AS type FROM subscriptions WHERE disabled_at IS NULL`;
      return new Set(rows.map(({ type }) => type));
    },
    async announce(announcement, tx, emit) {
      if (announcement.postId !== undefined && !(await isTold(tx, announcement))) return;
      const subscribed = await tx<{ id: string }[]>`
        SELECT id FROM subscriptions WHERE disabled_at IS NULL AND ${announcement.type} = ANY (events) ORDER BY id`;
      for (const { id } of subscribed) await insert(Number(id), announcement, tx, emit);
    },
    async withdrawPost({ postId, version }, tx) {
      await tx`
        INSERT INTO withdrawn AS before (post_id, version) VALUES (${postId}::bigint, ${version})
        ON CONFLICT (post_id) DO UPDATE SET version = greatest(before.version, excluded.version), at = excluded.at`;
    },
    make: (subscription, announcement) =>
      outbox.transaction((tx, emit) => insert(subscription, announcement, tx, emit)),
    async due(id, run) {
      const [row] = await sql<DueRow[]>`
        SELECT d.id, d.subscription_id, s.url, d.body, d.created_at, d.run = 1 AND d.tries = 0 AS first, s.secret,
          CASE WHEN s.old_secret_until > now() THEN s.old_secret END AS old_secret, ${isWithdrawn(sql)} AS withdrawn
        FROM deliveries AS d JOIN subscriptions AS s ON s.id = d.subscription_id
        WHERE d.id = ${id} AND d.run = ${run} AND d.state <> 'delivered' AND s.disabled_at IS NULL`;
      if (!row) return undefined;
      return {
        id: row.id,
        subscription: Number(row.subscription_id),
        url: row.url,
        body: row.body,
        secrets: [row.secret, ...(row.old_secret === null ? [] : [row.old_secret])],
        createdAt: row.created_at,
        first: row.first,
        withdrawn: row.withdrawn,
      };
    },
    async note(id, run, outcome, at) {
      const noted = await outbox.transaction((tx, emit) =>
        isTaken(outcome)
          ? noteTaken({ id, run, outcome, at }, tx)
          : noteFailed({ id, run, outcome, at, disableAfterDays }, tx, emit),
      );
      if (noted.disabled !== undefined) await giveUp(sql, noted.disabled);
      return noted.verdict;
    },
    withdraw: (id, run, at) =>
      outbox.transaction(async (tx) => {
        const given = await tx`
          UPDATE deliveries SET state = 'failed', touched_at = now() WHERE id = ${id} AND run = ${run} AND state <> 'delivered'`;
        if (given.count > 0)
          await tx`INSERT INTO attempts (delivery_id, at, duration_ms, error) VALUES (${id}, ${at}, 0, 'nothing was sent: the post is not public any more')`;
      }),
    async list(subscription, { limit, after }) {
      const rows = await sql<Row[]>`
        SELECT d.id, d.type, d.body, d.state, d.created_at, ${isWithdrawn(sql)} AS withdrawn, coalesce(a.attempts, '[]') AS attempts
        FROM deliveries AS d LEFT JOIN LATERAL (
          SELECT json_agg(json_build_object('at', tried.at, 'duration_ms', tried.duration_ms, 'status', tried.status, 'error', tried.error, 'answer', tried.answer) ORDER BY tried.id DESC) AS attempts
          FROM (SELECT * FROM attempts WHERE delivery_id = d.id ORDER BY id DESC LIMIT 10) AS tried
        ) AS a ON true
        WHERE d.subscription_id = ${subscription} ${after === undefined ? sql`` : sql`AND d.id < ${after}`}
        ORDER BY d.id DESC LIMIT ${limit}`;
      return rows.map(toDelivery);
    },
    resend: (subscription, id) =>
      outbox.transaction(async (tx, emit) => {
        // Whoever disables it waits for us, or we for them: nothing is begun anew behind their back.
        const [enabled] = await tx`
          SELECT 1 FROM subscriptions WHERE id = ${subscription} AND disabled_at IS NULL FOR SHARE`;
        if (!enabled) return false;
        const rows = await tx<Begun[]>`
          UPDATE deliveries SET ${anew(tx)} WHERE id = ${id} AND subscription_id = ${subscription} RETURNING id, run`;
        return announceAnew(rows, emit);
      }),
    async sweep() {
      await sql`UPDATE sweeps SET at = now()`;
      const disabled = await sql<{ id: string }[]>`SELECT id FROM subscriptions WHERE disabled_at IS NOT NULL`;
      for (const { id } of disabled) await giveUp(sql, Number(id));
      await sql`DELETE FROM withdrawn WHERE at < now() - make_interval(days => ${keptDays + 1})`;
      return { resent: await inBatches(() => beginForgotten(outbox)), removed: await inBatches(() => removeOld(sql)) };
    },
  };
}

/** Repeats what handles some rows, until it handled fewer than it may. */
async function inBatches(handle: () => Promise<number>): Promise<number> {
  let total = 0;
  for (let batch = 0; batch < batchesOfSweep; batch++) {
    const count = await handle();
    total += count;
    if (count < deliveriesAtOnce) break;
  }
  return total;
}

const beginForgotten = (outbox: Outbox): Promise<number> =>
  outbox.transaction(async (tx, emit) => {
    const rows = await tx<Begun[]>`
      UPDATE deliveries SET ${anew(tx)}
      WHERE id IN (
        SELECT waiting.id FROM deliveries AS waiting JOIN subscriptions ON subscriptions.id = waiting.subscription_id
        WHERE waiting.state = 'waiting' AND waiting.touched_at < now() - make_interval(hours => ${forgottenHours})
          AND subscriptions.disabled_at IS NULL
        ORDER BY waiting.touched_at LIMIT ${deliveriesAtOnce} FOR UPDATE OF waiting SKIP LOCKED)
      RETURNING id, run`;
    announceAnew(rows, emit);
    return rows.length;
  });

async function removeOld(sql: Sql): Promise<number> {
  const old = await sql`
    DELETE FROM deliveries WHERE id = ANY (ARRAY(
      SELECT id FROM deliveries WHERE created_at < now() - make_interval(days => ${keptDays})
      ORDER BY created_at LIMIT ${deliveriesAtOnce} FOR UPDATE SKIP LOCKED))`;
  return old.count;
}

interface DueRow {
  id: string;
  subscription_id: string;
  url: string;
  body: string;
  created_at: Date;
  first: boolean;
  withdrawn: boolean;
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
  withdrawn: boolean;
  attempts: { at: string; duration_ms: number; status: number | null; error: string | null; answer: string | null }[];
}

const toDelivery = ({ id, type, body, state, created_at, withdrawn, attempts }: Row): Delivery => ({
  id,
  type,
  body: withdrawn ? withdrawnBody(body) : body,
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

/** Of a delivery `d`: whether its post is hidden or gone now, or was after what the body says of it; a post that comes back may have lost that title. */
const isWithdrawn = (sql: Sql) => sql`
  d.post_id IS NOT NULL AND (NOT posts.is_public(d.post_id) OR EXISTS (
    SELECT FROM withdrawn AS w WHERE w.post_id = d.post_id AND w.version >= coalesce((d.body::jsonb #>> '{data,version}')::integer, 0)))`;

/** Whether a post is public, and was not hidden after the event, which may come late. */
async function isTold(tx: Tx, { postId = 0, data: { version = 0 } }: Announcement): Promise<boolean> {
  const [row] = await tx<{ is_told: boolean }[]>`
    SELECT posts.is_public(${postId}::bigint)
      AND NOT EXISTS (SELECT FROM withdrawn WHERE post_id = ${postId}::bigint AND withdrawn.version >= ${version}::integer) AS is_told`;
  return row?.is_told === true;
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

interface Attempted {
  id: string;
  run: number;
  outcome: Outcome;
  at: Date;
}

/** What follows of an attempt, and a webhook that it has disabled: what waits for it is to be given up. */
interface Noted {
  verdict: Verdict;
  disabled?: number;
}

const nothingFollows: Noted = { verdict: 'done' };

/*
 * Locks are taken in one order, the subscription's before those of its deliveries, by all that need both: here, and where something is given
 * up or sent anew. Somebody may have it sent anew meanwhile, disable the webhook or remove it: what was tried is noted as far as there is a
 * place, and begins nothing again.
 */

/** The receiver has it, whatever was decided meanwhile. */
async function noteTaken(attempted: Attempted, tx: Tx): Promise<Noted> {
  const { id, run } = attempted;
  await tx`
    UPDATE subscriptions SET failing_since = NULL
    WHERE id = (SELECT subscription_id FROM deliveries WHERE id = ${id} AND run = ${run}) AND failing_since IS NOT NULL AND disabled_at IS NULL`;
  const noted = await tx`
    UPDATE deliveries SET tries = tries + 1, touched_at = now(), state = 'delivered' WHERE id = ${id} AND run = ${run}`;
  if (noted.count > 0) await insertAttempt(attempted, tx);
  return nothingFollows;
}

async function noteFailed(attempted: Attempted & { disableAfterDays: number }, tx: Tx, emit: Emit): Promise<Noted> {
  const { id, run } = attempted;
  const [subscription] = await tx<{ id: string; disabled: boolean }[]>`
    SELECT id, disabled_at IS NOT NULL AS disabled FROM subscriptions
    WHERE id = (SELECT subscription_id FROM deliveries WHERE id = ${id}) FOR NO KEY UPDATE`;
  if (!subscription) return nothingFollows;
  const [row] = await tx<{ state: Delivery['state']; tries: number }[]>`
    UPDATE deliveries SET tries = tries + 1, touched_at = now(),
      state = CASE WHEN state = 'waiting' AND tries + 1 >= ${attemptsOfRun} THEN 'failed' ELSE state END
    WHERE id = ${id} AND run = ${run} RETURNING state, tries`;
  if (!row) return nothingFollows;
  await insertAttempt(attempted, tx);
  if (subscription.disabled || row.state === 'delivered') return nothingFollows;
  return await failing(Number(subscription.id), { ...attempted, tries: row.tries }, tx, emit);
}

async function insertAttempt({ id, outcome, at }: Attempted, tx: Tx): Promise<void> {
  const { status = null, error = null, answer = null, durationMs } = outcome;
  await tx`
    INSERT INTO attempts (delivery_id, at, duration_ms, status, error, answer)
    VALUES (${id}, ${at}, ${durationMs}, ${status}, ${error}, ${answer})`;
}

interface Failing {
  outcome: Outcome;
  at: Date;
  tries: number;
  disableAfterDays: number;
}

/** Disables a webhook that is gone, or has failed for days, and says so. */
async function failing(
  subscription: number,
  { outcome, at, tries, disableAfterDays }: Failing,
  tx: Tx,
  emit: Emit,
): Promise<Noted> {
  const [row] = await tx<{ for_long: boolean }[]>`
    UPDATE subscriptions SET failing_since = coalesce(failing_since, ${at}) WHERE id = ${subscription}
    RETURNING failing_since < now() - make_interval(days => ${disableAfterDays}) AS for_long`;
  const reason =
    outcome.status === 410 ? 'gone' : row?.for_long && tries >= surelyFailing ? ('failing' as const) : undefined;
  if (!reason) return { verdict: 'again' };
  const [disabled] = await tx<{ url: string; failing_since: Date }[]>`
    UPDATE subscriptions SET disabled_at = now(), disabled_reason = ${reason} WHERE id = ${subscription} RETURNING url, failing_since`;
  if (disabled)
    emit(webhookDisabled, `webhook/${subscription}`, {
      id: subscription,
      host: new URL(disabled.url).hostname,
      reason,
      failing_since: disabled.failing_since.toISOString(),
    });
  return { verdict: 'disabled', disabled: subscription };
}
