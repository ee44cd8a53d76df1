import type { StoredEvent } from '@dormouse/runtime/cloudevent';
import { drain } from '@dormouse/runtime/drain';
import { silentLog } from '@dormouse/runtime/log';
import { onMeasure } from '@dormouse/runtime/measure';
import type { Measure } from '@dormouse/runtime/measurement';
import { metrics } from '@dormouse/signals/metrics';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from './app.ts';
import type { Archive } from './archive.ts';
import { settle } from './settle.ts';
import { backlogs, outboxSchemas } from './store.ts';

describe('the relay', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase('auth', 'categories', 'posts', 'relay');
  });
  afterAll(() => db.drop());

  const leave = (schema: string, subject: string, age = '1 minute') =>
    db.admin`INSERT INTO ${db.admin(`${schema}.outbox`)} (id, type, source, subject, time, data)
      VALUES (gen_random_uuid(), 'dev.dormouse.test.v1', ${`/${schema}`}, ${subject}, now() - ${age}::interval, '{"a":1}')`;
  const left = async (schema: string) =>
    (await db.admin`SELECT subject FROM ${db.admin(`${schema}.outbox`)} WHERE sent_at IS NULL ORDER BY position`).map(
      ({ subject }) => subject as string,
    );

  const clear = () => db.admin`TRUNCATE auth.outbox, categories.outbox, posts.outbox, relay.outbox`;

  const relay = (
    send: (event: StoredEvent) => Promise<void>,
    archive: Archive = async () => [],
    warned: unknown[] = [],
  ) => {
    const sql = db.as('relay');
    return createApp({
      log: { ...silentLog, warn: (...each) => void warned.push(each) },
      schemas: () => outboxSchemas(sql),
      backlogs: (schemas, which) => backlogs(sql, schemas, which),
      drainOutboxes: (schemas) => drain({ sql, schemas, send, olderThanMs: 5000, batch: 2 }),
      settleOutbox: (schema) => settle({ sql, archive, send, resendAfterMs: 120_000, budgetMs: 1000 }, schema),
    });
  };

  it('finds every outbox but may touch nothing else', async () => {
    const sql = db.as('relay');
    expect(await outboxSchemas(sql)).toEqual(['auth', 'categories', 'posts', 'relay']);
    await expect(sql`SELECT * FROM posts.posts`).rejects.toThrow('permission denied');
    await expect(
      sql`INSERT INTO posts.outbox (id, type, source, subject, data) VALUES (gen_random_uuid(), 't', 's', 'x', '{}')`,
    ).rejects.toThrow('permission denied');
  });

  it('sends what was left behind, in order per subject, and leaves what is young to its writer', async () => {
    for (const subject of ['post/1', 'post/2', 'post/1', 'post/1']) await leave('posts', subject);
    await leave('auth', 'user/1');
    await leave('posts', 'post/9', '0 seconds');
    const sent: string[] = [];
    const response = await relay(async ({ source, subject }) => void sent.push(`${source} ${subject}`)).request('/', {
      method: 'POST',
    });
    expect(response.status).toBe(204);
    expect(sent.sort()).toEqual(['/auth user/1', '/posts post/1', '/posts post/1', '/posts post/1', '/posts post/2']);
    expect(await left('posts')).toEqual(['post/9']);
    expect(await left('auth')).toEqual([]);
  });

  it('measures what waits, and for how long, before it sends anything', async () => {
    await leave('auth', 'user/2', '10 minutes');
    const measured: Measure[] = [];
    onMeasure((each) => measured.push(each));
    await relay(async () => Promise.reject(new Error('the Broker is away'))).request('/', { method: 'POST' });
    onMeasure(undefined);
    const [pending, age] = [metrics.outboxPending, metrics.outboxAge].map((metric) =>
      measured.filter((each) => each.metric === metric),
    );
    const values = pending?.map(({ attributes, value }) => [attributes['db.namespace'], value]);
    expect(values).toEqual(
      expect.arrayContaining([
        ['auth', 1],
        ['relay', 0],
      ]),
    );
    expect(age?.find(({ attributes }) => attributes['db.namespace'] === 'auth')?.value).toBeGreaterThanOrEqual(600);
    expect(age?.find(({ attributes }) => attributes['db.namespace'] === 'relay')?.value).toBe(0);
    await db.admin`DELETE FROM auth.outbox`;
  });

  it('leaves in its place what the Broker does not take', async () => {
    await leave('categories', 'category/1');
    await leave('categories', 'category/2');
    const response = await relay(async ({ subject }) => {
      if (subject === 'category/1') throw new Error('503');
    }).request('/', { method: 'POST' });
    expect(response.status).toBe(204);
    expect(await left('categories')).toEqual(['category/1']);
  });

  it('sends again, counts and logs what the archive lacks for too long, and measures what it still lacks', async () => {
    await clear();
    await leave('posts', 'post/1', '10 minutes');
    await leave('posts', 'post/2', '10 minutes');
    await db.admin`UPDATE posts.outbox SET sent_at = time`;
    const [measured, warned, sent]: [Measure[], unknown[], string[]] = [[], [], []];
    onMeasure((each) => measured.push(each));
    const app = relay(
      async ({ subject }) => void sent.push(subject),
      async (events) => events.map((_, n) => n === 1),
      warned,
    );
    await app.request('/', { method: 'POST' });
    onMeasure(undefined);
    expect(sent).toEqual(['post/1']);
    const of = (metric: Measure['metric']) =>
      measured
        .filter((each) => each.metric === metric && (each.attributes['db.namespace'] ?? 'posts') === 'posts')
        .map(({ value, attributes }) => [Math.round(value / 100), attributes['messaging.destination.name']]);
    expect(measured.find(({ metric }) => metric === metrics.eventsResent)).toMatchObject({
      value: 1,
      attributes: { 'messaging.destination.name': 'dev.dormouse.test.v1' },
    });
    expect(of(metrics.unarchivedAge)).toEqual([[6, undefined]]);
    expect(await db.admin`SELECT subject, resent FROM posts.outbox`).toEqual([{ subject: 'post/1', resent: 1 }]);
    expect(warned).toEqual([
      [{ schema: 'posts', resent: { 'dev.dormouse.test.v1': 1 } }, 'events were sent again: the archive lacks them'],
    ]);
  });

  it('removes nothing and sends nothing again while the archive cannot be asked, and the tick goes on', async () => {
    await clear();
    await leave('posts', 'post/1', '10 minutes');
    await db.admin`UPDATE posts.outbox SET sent_at = time`;
    const [warned, sent]: [unknown[], string[]] = [[], []];
    const app = relay(
      async ({ subject }) => void sent.push(subject),
      async () => Promise.reject(new Error('away')),
      warned,
    );
    expect((await app.request('/', { method: 'POST' })).status).toBe(204);
    expect(sent).toEqual([]);
    expect(warned).toMatchObject([[{ schema: 'posts', error: { message: 'away' } }, expect.any(String)]]);
    expect(await db.admin`SELECT resent FROM posts.outbox`).toEqual([{ resent: 0 }]);
  });
});
