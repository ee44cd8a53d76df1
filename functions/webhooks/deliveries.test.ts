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
import type { Outcome } from './post-safely.ts';
import { maxSubscriptions, openSubscriptions, type Subscriptions } from './subscriptions.ts';

let db: TestDatabase;
let sql: ReturnType<typeof openSql>;
let box: ReturnType<typeof outbox>;
let posts: ReturnType<typeof openPosts>;
let subscriptions: Subscriptions;
let deliveries: Deliveries;
beforeAll(async () => {
  db = await testDatabase('categories', 'posts', 'webhooks');
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
beforeEach(() => db.admin`TRUNCATE webhooks.subscriptions, webhooks.outbox CASCADE`);

const type = 'dev.dormouse.post.published.v1';
const url = 'https://receiver.example/hook?key=secret';
const at = new Date('2026-11-30T12:00:00Z');
const ok: Outcome = { status: 204, answer: '', durationMs: 5 };
const down: Outcome = { error: 'ECONNREFUSED', durationMs: 1 };
const told = (postId?: number): Announcement => ({
  type,
  timestamp: at.toISOString(),
  data: { id: 7 },
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

test('two secrets sign while one replaces the other', async () => {
  const { subscription, id } = await one();
  const before = await deliveries.due(id, 1);
  expect(before?.secrets).toHaveLength(1);
  const rotated = await subscriptions.rotate(subscription);
  expect((await deliveries.due(id, 1))?.secrets).toEqual([rotated!.secret, before!.secrets[0]]);
  expect((await subscriptions.find(subscription))?.oldSecretUntil).toEqual(rotated!.oldSecretUntil);
  await db.admin`UPDATE webhooks.subscriptions SET old_secret_until = now() - interval '1 second'`;
  expect((await deliveries.due(id, 1))?.secrets).toEqual([rotated!.secret]);
  expect((await subscriptions.find(subscription))?.oldSecretUntil).toBe(null);
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
