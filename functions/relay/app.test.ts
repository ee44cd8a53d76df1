import type { StoredEvent } from '@dormouse/runtime/cloudevent';
import { drain } from '@dormouse/runtime/drain';
import { silentLog } from '@dormouse/runtime/log';
import { onMeasure } from '@dormouse/runtime/measure';
import type { Measure } from '@dormouse/runtime/measurement';
import { metrics } from '@dormouse/signals/metrics';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from './app.ts';
import type { Archive } from './archive.ts';
import { settle } from './settle.ts';
import { backlogs, dueIn, nextDue, outboxSchemas, reconciliationDue } from './store.ts';

describe('the relay', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase('auth', 'categories', 'posts', 'journal', 'relay');
  });
  afterAll(() => db.drop());

  const leave = (schema: string, subject: string, age = '1 minute') =>
    db.admin`INSERT INTO ${db.admin(`${schema}.outbox`)} (id, type, source, subject, time, data)
      VALUES (gen_random_uuid(), 'dev.dormouse.test.v1', ${`/${schema}`}, ${subject}, now() - ${age}::interval, '{"a":1}')`;
  const left = async (schema: string) =>
    (await db.admin`SELECT subject FROM ${db.admin(`${schema}.outbox`)} WHERE sent_at IS NULL ORDER BY position`).map(
      ({ subject }) => subject as string,
    );

  let published = 0;
  const clear = () => db.admin`TRUNCATE auth.outbox, categories.outbox, posts.outbox, relay.outbox`;

  const relay = (
    send: (event: StoredEvent) => Promise<void>,
    archive: Archive = async () => [],
    warned: unknown[] = [],
    reconcile = async () => false,
  ) => {
    const sql = db.as('relay');
    return createApp({
      log: { ...silentLog, warn: (...each) => void warned.push(each) },
      schemas: () => outboxSchemas(sql),
      reconciliationDue: () => reconciliationDue(sql),
      reconcile,
      nextDue: () => nextDue(sql),
      publishDue: async () => {
        published++;
        await db.admin`UPDATE posts.posts SET status = 'published' WHERE publish_at < clock_timestamp()`;
      },
      sleepers: ['newsletter', 'mail'].map((name) => ({ name, due: () => dueIn(sql, name), wake: async () => {} })),
      backlogs: (schemas, which) => backlogs(sql, schemas, which),
      drainOutboxes: (schemas) => drain({ sql, schemas, send, olderThanMs: 5000, batch: 2 }),
      settleOutbox: (schema) => settle({ sql, archive, send, resendAfterMs: 120_000, budgetMs: 1000 }, schema),
    });
  };

  it('finds every outbox but may touch nothing else', async () => {
    const sql = db.as('relay');
    expect(await outboxSchemas(sql)).toEqual(['auth', 'categories', 'journal', 'posts', 'relay']);
    await expect(sql`SELECT * FROM posts.posts`).rejects.toThrow('permission denied');
    await expect(
      sql`INSERT INTO posts.outbox (id, type, source, subject, data) VALUES (gen_random_uuid(), 't', 's', 'x', '{}')`,
    ).rejects.toThrow('permission denied');
  });

  it('has posts publish what is due, and leaves them asleep while nothing is', async () => {
    const tick = () => relay(async () => {}).request('/', { method: 'POST' });
    await tick();
    expect([published, await nextDue(db.as('relay'))]).toEqual([0, undefined]);
    await db.admin`
      INSERT INTO posts.posts (author_id, author, category_id, status, slug, title, excerpt, content, publish_at, updated_at)
      SELECT 1, 'ann', id, 'draft', 'x', 'x', '', 'x', now() - interval '1 minute', now() FROM categories.categories LIMIT 1`;
    expect(await nextDue(db.as('relay'))).toBeLessThan(Date.now());
    await tick();
    expect([published, await nextDue(db.as('relay'))]).toEqual([1, undefined]);
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

  describe('reconciling', () => {
    const tick = async (answers: boolean[] = []) => {
      let asked = 0;
      const reconcile = async () => answers[asked++] ?? false;
      const response = await relay(async () => {}, undefined, [], reconcile).request('/', { method: 'POST' });
      expect(response.status).toBe(204);
      return asked;
    };
    const archive = (age: string) =>
      db.admin`INSERT INTO journal.events (source, id, type, received_at, attributes)
        VALUES ('/posts', gen_random_uuid()::text, 't', now() - ${age}::interval, '{}') RETURNING position`;
    const known = (judged: number) =>
      db.admin`INSERT INTO journal.reconciled (trigger, uid, consumer, judged, after_seconds) VALUES ('counts', '', '', ${judged}, 120)
        ON CONFLICT (trigger) DO UPDATE SET judged = excluded.judged`;
    beforeEach(() => db.admin`TRUNCATE journal.events, journal.reconciled CASCADE`);

    it('wakes the journal only for what waits to be compared, or to be sent again now', async () => {
      expect(await tick()).toBe(0);
      const position = Number((await archive('3 minutes'))[0]?.position);
      expect(await tick()).toBe(1);
      await known(position);
      expect(await tick()).toBe(0);
      await archive('1 minute');
      expect(await tick()).toBe(0);
      await db.admin`INSERT INTO journal.missing (trigger, position, source, id, key, next_at)
        VALUES ('counts', ${position}, '/posts', 'x', 'k', now() + interval '1 minute')`;
      expect(await tick()).toBe(0);
      await db.admin`UPDATE journal.missing SET next_at = now()`;
      expect(await tick()).toBe(1);
    });

    it('asks again while there is more, and fails no tick when the journal does not answer', async () => {
      await archive('3 minutes');
      expect(await tick([true, true, false])).toBe(3);
      const warned: unknown[] = [];
      const failing = async () => Promise.reject(new Error('not now'));
      expect((await relay(async () => {}, undefined, warned, failing).request('/', { method: 'POST' })).status).toBe(
        204,
      );
      expect(warned).toMatchObject([[{ error: { message: 'not now' } }, 'the journal does not reconcile']]);
    });

    it('measures for how long the oldest event has waited to be compared', async () => {
      await archive('10 minutes');
      const measured: Measure[] = [];
      onMeasure((each) => measured.push(each));
      await tick();
      onMeasure(undefined);
      expect(measured.find(({ metric }) => metric === metrics.eventsUnjudgedAge)?.value).toBeGreaterThanOrEqual(600);
    });
  });
});
