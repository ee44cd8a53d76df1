import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { draftOf, openStore as openPosts } from '@dormouse/posts/store.fixture';
import { outbox } from '@dormouse/runtime/outbox';
import { openSql } from '@dormouse/runtime/sql';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Announcement } from './announcement.ts';
import { attemptsOfRun, type Deliveries, openDeliveries } from './deliveries.ts';
import { deliveriesAtOnce } from './giving-up.ts';
import type { Outcome } from './post-safely.ts';
import { maxSubscriptions, openSubscriptions, type Rotated, type Subscriptions } from './subscriptions.ts';

let db: TestDatabase;
let sql: ReturnType<typeof openSql>;
let box: ReturnType<typeof outbox>;
let posts: ReturnType<typeof openPosts>;
let subscriptions: Subscriptions;
let deliveries: Deliveries;
beforeAll(async () => {
  db = await testDatabase('categories', 'posts', 'webhooks', 'relay');
  sql = openSql({ databaseUrl: db.urlOf('webhooks'), service: 'webhooks' });
  box = outbox({ sql, source: '/webhooks' });
  posts = openPosts(db);
  subscriptions = openSubscriptions(sql);
  deliveries = openDeliveries({ sql, outbox: box, disableAfterDays: 3 });
});
afterAll(async () => {
  await sql.end();
  await posts.end();
  await db.drop();
});
beforeEach(() => db.admin`TRUNCATE webhooks.subscriptions, webhooks.outbox, webhooks.withdrawn CASCADE`);

const type = 'dev.dormouse.post.published.v1';
const url = 'https://receiver.example/hook?key=secret';
const at = new Date('2026-11-30T12:00:00Z');
const ok: Outcome = { status: 204, answer: '', durationMs: 5 };
const down: Outcome = { error: 'ECONNREFUSED', durationMs: 1 };
const told = (postId?: number, version = 1): Announcement => ({
  type,
  timestamp: at.toISOString(),
  data: { id: 7, ...(postId && { version, title: 'Shown' }) },
  ...(postId && { postId }),
});
const announce = (announcement: Announcement) =>
  box.transaction((tx, emit) => deliveries.announce(announcement, tx, emit));
const make = async () => (await subscriptions.create(url, [type]))!.id;
const announced = async () =>
  (
    await sql<
      { type: string; data: { delivery: string; run: number } }[]
    >`SELECT type, data FROM outbox ORDER BY position`
  ).map(({ type, data }) => [type, data] as const);
/** One subscription and one delivery to it. */
const one = async () => {
  const subscription = await make();
  const id = await deliveries.make(subscription, told());
  const [listed] = await deliveries.list(subscription, { limit: 1 });
  expect(listed).toMatchObject({ id, state: 'waiting', attempts: [] });
  return { subscription, id };
};
const stateOf = async (subscription: number) => (await deliveries.list(subscription, { limit: 1 }))[0]?.state;
const failingSince = (subscription: number, days: number) =>
  db.admin`UPDATE webhooks.subscriptions SET failing_since = now() - make_interval(days => ${days}) WHERE id = ${subscription}`;

test('what is wanted is what somebody wants who is not disabled', async () => {
  const wanted = () => box.transaction((tx) => deliveries.wanted(tx));
  expect(await wanted()).toEqual(new Set());
  await make();
  await subscriptions.create(url, [type, 'dev.dormouse.post.deleted.v1']);
  const disabled = (await subscriptions.create(url, ['dev.dormouse.post.updated.v1']))!.id;
  await subscriptions.change(disabled, { enabled: false });
  expect(await wanted()).toEqual(new Set([type, 'dev.dormouse.post.deleted.v1']));
});

test('an event becomes a delivery for each subscription that wants it, announced with it', async () => {
  const [first, second] = [await make(), await make()];
  await subscriptions.create(url, ['dev.dormouse.post.deleted.v1']);
  await subscriptions.change(await make(), { enabled: false });
  await announce(told());
  const made = await Promise.all([first, second].map((each) => deliveries.list(each, { limit: 5 })));
  expect(made.map(({ length }) => length)).toEqual([1, 1]);
  expect(JSON.parse(made[0]![0]!.body)).toEqual({ type, timestamp: at.toISOString(), data: { id: 7 } });
  expect(await announced()).toEqual(
    made.map(([delivery]) => ['dev.dormouse.webhook.due.v1', { delivery: delivery!.id, run: 1 }]),
  );
  const [total] = await sql`SELECT count(*)::int AS count FROM deliveries`;
  expect(total).toEqual({ count: 2 });
});

test('a post that is hidden by now is not announced, and what waits of it is not sent', async () => {
  const subscription = await make();
  const { id } = await posts.posts.create(draftOf({ title: 'Shown' }));
  await announce(told(id));
  const [shown] = await deliveries.list(subscription, { limit: 5 });
  expect(await deliveries.due(shown!.id, 1)).toMatchObject({ withdrawn: false });
  await db.admin`UPDATE posts.posts SET status = 'draft' WHERE id = ${id}`;
  expect(await deliveries.due(shown!.id, 1)).toMatchObject({ withdrawn: true });
  await announce(told(id));
  expect(await deliveries.list(subscription, { limit: 5 })).toHaveLength(1);
  await deliveries.withdraw(shown!.id, 1, at);
  expect((await deliveries.list(subscription, { limit: 5 }))[0]).toMatchObject({
    state: 'failed',
    attempts: [{ status: null, error: 'nothing was sent: the post is not public any more' }],
  });
  expect(await subscriptions.find(subscription)).toMatchObject({ failingSince: null });
});

test('what was said of a post that was hidden is told to nobody, also when it is public again', async () => {
  const subscription = await make();
  const { id } = await posts.posts.create(draftOf({ title: 'Shown' }));
  await announce(told(id));
  const [before] = await deliveries.list(subscription, { limit: 5 });
  expect(before!.body).toContain('Shown');
  await box.transaction((tx) => deliveries.withdrawPost({ postId: id, version: 2 }, tx));
  await box.transaction((tx) => deliveries.withdrawPost({ postId: id, version: 1 }, tx));
  expect(await deliveries.due(before!.id, 1)).toMatchObject({ withdrawn: true });
  expect(await deliveries.resend(subscription, before!.id)).toBe(true);
  expect(await deliveries.due(before!.id, 2)).toMatchObject({ withdrawn: true });
  const [after] = await deliveries.list(subscription, { limit: 5 });
  expect(JSON.parse(after!.body)).toEqual({ type, timestamp: at.toISOString(), data: { id: 7, version: 1 } });
  // An event from before, which comes late.
  await announce(told(id, 2));
  expect(await deliveries.list(subscription, { limit: 5 })).toHaveLength(1);
  await announce(told(id, 3));
  const [newest] = await deliveries.list(subscription, { limit: 5 });
  expect(await deliveries.due(newest!.id, 1)).toMatchObject({ withdrawn: false });
  await db.admin`UPDATE webhooks.withdrawn SET at = now() - interval '32 days'`;
  await deliveries.sweep();
  expect(await sql`SELECT 1 FROM withdrawn`).toHaveLength(0);
});

test('what was taken is not due again, and neither is an earlier run', async () => {
  const { subscription, id } = await one();
  expect(await deliveries.due(id, 1)).toMatchObject({ id, url, first: true, withdrawn: false });
  expect(await deliveries.note(id, 1, down, at)).toBe('again');
  expect(await deliveries.due(id, 1)).toMatchObject({ first: false });
  expect((await subscriptions.find(subscription))?.failingSince).toEqual(at);
  expect(await deliveries.note(id, 1, ok, at)).toBe('done');
  expect((await subscriptions.find(subscription))?.failingSince).toBe(null);
  expect(await deliveries.due(id, 1)).toBe(undefined);
  expect((await deliveries.list(subscription, { limit: 1 }))[0]).toMatchObject({
    state: 'delivered',
    attempts: [
      { at, status: 204, error: null, answer: '' },
      { at, status: null, error: 'ECONNREFUSED', answer: null },
    ],
  });
  expect(await deliveries.resend(subscription, id)).toBe(true);
  expect(await deliveries.due(id, 1)).toBe(undefined);
  expect(await deliveries.due(id, 2)).toMatchObject({ id, first: false });
  // An attempt of before, whose answer comes only now.
  expect(await deliveries.note(id, 1, down, at)).toBe('done');
  expect(await stateOf(subscription)).toBe('waiting');
  expect(await deliveries.resend(subscription + 1, id)).toBe(false);
  expect((await announced()).at(-1)).toEqual(['dev.dormouse.webhook.due.v1', { delivery: id, run: 2 }]);
});

test('after as many attempts as the Broker makes it has failed, and a redrive may still deliver it', async () => {
  const { subscription, id } = await one();
  for (let tries = 1; tries < attemptsOfRun; tries++)
    await deliveries.note(id, 1, { status: 500, answer: '', durationMs: 1 }, at);
  expect(await stateOf(subscription)).toBe('waiting');
  expect(await deliveries.note(id, 1, down, at)).toBe('again');
  expect(await stateOf(subscription)).toBe('failed');
  expect(await deliveries.due(id, 1)).toMatchObject({ id });
  await deliveries.note(id, 1, ok, at);
  expect(await stateOf(subscription)).toBe('delivered');
});

test('the Trigger makes as many attempts as are counted', () => {
  const file = readFileSync(join(import.meta.dirname, '../../knative/base/webhooks.yaml'), 'utf8');
  const trigger = parseAllDocuments(file)
    .map((each) => each.toJS() as { metadata: { name: string }; spec: { delivery?: { retry: number } } })
    .find(({ metadata }) => metadata.name === 'webhooks-deliveries');
  expect(trigger?.spec.delivery?.retry).toBe(attemptsOfRun - 1);
});

describe('a webhook is disabled', () => {
  test('after days without a success, and says so once', async () => {
    const { subscription, id } = await one();
    const other = await deliveries.make(subscription, told());
    await failingSince(subscription, 2);
    for (let tries = 0; tries < 8; tries++) expect(await deliveries.note(id, 1, down, at)).toBe('again');
    await failingSince(subscription, 4);
    // What has just begun to be tried may fail for a moment only.
    expect(await deliveries.note(other, 1, down, at)).toBe('again');
    expect(await deliveries.note(id, 1, down, at)).toBe('disabled');
    expect(await subscriptions.find(subscription)).toMatchObject({ disabledReason: 'failing' });
    expect((await deliveries.list(subscription, { limit: 5 })).map(({ state }) => state)).toEqual(['failed', 'failed']);
    expect(await deliveries.due(other, 1)).toBe(undefined);
    const disabled = (await announced()).filter(([type]) => type === 'dev.dormouse.webhook.disabled.v1');
    expect(disabled).toMatchObject([
      [expect.anything(), { id: subscription, host: 'receiver.example', reason: 'failing' }],
    ]);
    expect(JSON.stringify(disabled)).not.toContain('secret');
    await announce(told());
    expect(await deliveries.list(subscription, { limit: 5 })).toHaveLength(2);
  });

  test('at once by 410, and enabled again by an operator', async () => {
    const { subscription, id } = await one();
    expect(await deliveries.note(id, 1, { status: 410, answer: '', durationMs: 1 }, at)).toBe('disabled');
    expect(await subscriptions.find(subscription)).toMatchObject({ disabledReason: 'gone' });
    expect(await subscriptions.change(subscription, { enabled: true })).toMatchObject({
      disabledAt: null,
      disabledReason: null,
      failingSince: null,
    });
    expect(await deliveries.due(id, 1)).toMatchObject({ id });
  });

  test('by an operator, and then nothing waits', async () => {
    const { subscription } = await one();
    expect(await subscriptions.change(subscription, { enabled: false })).toMatchObject({ disabledReason: 'operator' });
    expect(await stateOf(subscription)).toBe('failed');
  });
});

describe('a late answer', () => {
  test('begins nothing again that was given up with its webhook', async () => {
    const { subscription, id } = await one();
    await subscriptions.change(subscription, { enabled: false });
    expect(await deliveries.note(id, 1, down, at)).toBe('done');
    expect(await stateOf(subscription)).toBe('failed');
    expect(await subscriptions.find(subscription)).toMatchObject({ failingSince: null });
    expect(await deliveries.resend(subscription, id)).toBe(false);
    // The receiver has it all the same.
    expect(await deliveries.note(id, 1, ok, at)).toBe('done');
    expect(await stateOf(subscription)).toBe('delivered');
    expect(await deliveries.note(id, 1, { status: 410, answer: '', durationMs: 1 }, at)).toBe('done');
    expect(await stateOf(subscription)).toBe('delivered');
    expect((await announced()).filter(([type]) => type.includes('disabled'))).toEqual([]);
  });

  test('takes nothing back that was delivered, and has it not sent again', async () => {
    const { subscription, id } = await one();
    await deliveries.note(id, 1, ok, at);
    expect(await deliveries.note(id, 1, down, at)).toBe('done');
    await deliveries.withdraw(id, 1, at);
    expect(await stateOf(subscription)).toBe('delivered');
    expect((await subscriptions.find(subscription))?.failingSince).toBe(null);
  });

  test('of what had failed goes on having failed', async () => {
    const { subscription, id } = await one();
    await db.admin`UPDATE webhooks.deliveries SET state = 'failed' WHERE id = ${id}`;
    expect(await deliveries.note(id, 1, down, at)).toBe('again');
    expect(await stateOf(subscription)).toBe('failed');
  });

  test('finds nothing of a webhook that was removed', async () => {
    const { subscription, id } = await one();
    await subscriptions.remove(subscription);
    expect(await deliveries.note(id, 1, down, at)).toBe('done');
    expect(await deliveries.note(id, 1, ok, at)).toBe('done');
    await deliveries.withdraw(id, 1, at);
    expect(await sql`SELECT 1 FROM attempts`).toHaveLength(0);
  });
});

test('answers of several deliveries, and who disables their webhook, do not lock each other out', async () => {
  const gone: Outcome = { status: 410, answer: '', durationMs: 1 };
  const second = openSql({ databaseUrl: db.urlOf('webhooks'), service: 'webhooks' });
  const elsewhere = openDeliveries({
    sql: second,
    outbox: outbox({ sql: second, source: '/webhooks' }),
    disableAfterDays: 3,
  });
  for (let round = 0; round < 3; round++) {
    const subscription = await make();
    const ids = await Promise.all(Array.from({ length: 4 }, () => deliveries.make(subscription, told())));
    await Promise.all([
      ...ids.map((id, n) => (n % 2 ? elsewhere : deliveries).note(id, 1, gone, at)),
      openSubscriptions(second).change(subscription, { enabled: false }),
    ]);
    expect((await deliveries.list(subscription, { limit: 5 })).map(({ state }) => state)).toEqual(
      ids.map(() => 'failed'),
    );
  }
  await second.end();
});

test('many deliveries are given up and removed some hundreds at a time', async () => {
  const { subscription } = await one();
  const many = 2 * deliveriesAtOnce + 1;
  await db.admin`
    INSERT INTO webhooks.deliveries (id, subscription_id, type, body) SELECT gen_random_uuid(), ${subscription}, ${type}, '{}' FROM generate_series(2, ${many})`;
  const mostAtOnce = async (work: () => Promise<unknown>) => {
    await db.admin`TRUNCATE statements`;
    await work();
    const [row] = await db.admin<{ most: number; total: number }[]>`
      SELECT max(count)::int AS most, sum(count)::int AS total FROM statements`;
    return row;
  };
  await db.admin.unsafe(`
    CREATE TABLE statements (count bigint);
    GRANT INSERT ON statements TO webhooks;
    CREATE FUNCTION note_statement() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO public.statements SELECT count(*) FROM changed; RETURN NULL; END $$;
    CREATE TRIGGER given_up AFTER UPDATE ON webhooks.deliveries REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_statement();
    CREATE TRIGGER removed AFTER DELETE ON webhooks.deliveries REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_statement();`);
  const inPortions = { most: deliveriesAtOnce, total: many };
  expect(await mostAtOnce(() => subscriptions.change(subscription, { enabled: false }))).toEqual(inPortions);
  expect(await mostAtOnce(() => subscriptions.remove(subscription))).toEqual(inPortions);
  expect(await subscriptions.find(subscription)).toBe(undefined);
  await db.admin.unsafe('DROP TRIGGER given_up ON webhooks.deliveries; DROP TRIGGER removed ON webhooks.deliveries');
});

test('what was left waiting for a webhook that is disabled is given up by the sweep', async () => {
  const { subscription } = await one();
  await db.admin`UPDATE webhooks.subscriptions SET disabled_at = now(), disabled_reason = 'operator'`;
  await deliveries.sweep();
  expect(await stateOf(subscription)).toBe('failed');
});

test('two secrets sign while one replaces the other', async () => {
  const { subscription, id } = await one();
  const before = await deliveries.due(id, 1);
  expect(before?.secrets).toHaveLength(1);
  const rotated = (await subscriptions.rotate(subscription)) as Rotated;
  // A third would end the first within its day.
  expect(await subscriptions.rotate(subscription)).toEqual({ busyUntil: rotated.oldSecretUntil });
  expect((await deliveries.due(id, 1))?.secrets).toEqual([rotated.secret, before!.secrets[0]]);
  expect((await subscriptions.find(subscription))?.oldSecretUntil).toEqual(rotated.oldSecretUntil);
  await db.admin`UPDATE webhooks.subscriptions SET old_secret_until = now() - interval '1 second'`;
  expect((await deliveries.due(id, 1))?.secrets).toEqual([rotated.secret]);
  expect((await subscriptions.find(subscription))?.oldSecretUntil).toBe(null);
  expect(await subscriptions.rotate(subscription)).toMatchObject({ secret: expect.stringContaining('whsec_') });
  expect(await subscriptions.rotate(subscription + 1)).toBe(undefined);
});

test('what was forgotten begins anew, and what is a month old goes', async () => {
  const { subscription, id } = await one();
  const old = await deliveries.make(subscription, told());
  expect(await deliveries.sweep()).toEqual({ resent: 0, removed: 0 });
  await db.admin`UPDATE webhooks.deliveries SET touched_at = now() - interval '7 hours' WHERE id = ${id}`;
  await db.admin`UPDATE webhooks.deliveries SET created_at = now() - interval '31 days', state = 'delivered' WHERE id = ${old}`;
  expect(await deliveries.sweep()).toEqual({ resent: 1, removed: 1 });
  expect((await announced()).at(-1)).toEqual(['dev.dormouse.webhook.due.v1', { delivery: id, run: 2 }]);
  expect(await deliveries.sweep()).toEqual({ resent: 0, removed: 0 });
});

test('a sweep is asked for when there is something to do, six hours after the last one, and for nothing else', async () => {
  /** Hours until the relay wakes webhooks; undefined when it does not. */
  const wakesIn = async () => {
    const [row] = await db.as('relay')`
      SELECT round(extract(epoch FROM webhooks.next_due() - now()) / 3600)::int AS hours`;
    return (row as { hours: number | null }).hours ?? undefined;
  };
  await db.admin`UPDATE webhooks.sweeps SET at = '-infinity'`;
  expect(await wakesIn()).toBeUndefined();
  await db.admin`INSERT INTO webhooks.withdrawn (post_id, version) VALUES (7, 1)`;
  expect(await wakesIn()).toBe(31 * 24);
  const { id } = await one();
  expect(await wakesIn()).toBe(6);
  await db.admin`UPDATE webhooks.deliveries SET state = 'delivered' WHERE id = ${id}`;
  expect(await wakesIn()).toBe(30 * 24);
  await db.admin`UPDATE webhooks.deliveries SET created_at = now() - interval '31 days'`;
  expect(await wakesIn()).toBe(-24);
  expect(await deliveries.sweep()).toEqual({ resent: 0, removed: 1 });
  expect(await wakesIn()).toBe(31 * 24);
  await db.admin`UPDATE webhooks.withdrawn SET at = now() - interval '32 days'`;
  expect(await wakesIn()).toBe(6);
});

test('there are a hundred subscriptions at most; one takes its deliveries along', async () => {
  const { subscription, id } = await one();
  await deliveries.note(id, 1, down, at);
  await db.admin`INSERT INTO webhooks.subscriptions (url, events, secret) SELECT 'https://a.example/', '{}', 'whsec_' FROM generate_series(2, ${maxSubscriptions})`;
  expect(await subscriptions.create(url, [type])).toBe(undefined);
  expect(await subscriptions.list()).toHaveLength(maxSubscriptions);
  expect(await subscriptions.remove(subscription)).toBe(true);
  expect(await subscriptions.remove(subscription)).toBe(false);
  expect(await sql`SELECT 1 FROM attempts`).toHaveLength(0);
  expect(await deliveries.due(id, 1)).toBe(undefined);
});
