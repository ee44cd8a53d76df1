import { onSpan, type Span } from '@dormouse/runtime/spans.fixture';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { attributesOf, type Cluster, failed, openCluster, openFixture, trigger } from './journal.fixture.ts';

let db: TestDatabase;
let cluster: Cluster;
let journal: ReturnType<typeof openFixture>;
beforeAll(async () => {
  db = await testDatabase('journal');
  cluster = await openCluster();
  journal = openFixture(db, cluster, { batch: 5, scan: 8 });
});
const clean = async () => {
  await db.admin`TRUNCATE journal.events, journal.dead_letters, journal.jobs, journal.items, journal.outbox`;
  journal.due.length = 0;
  Object.assign(cluster, {
    triggers: [trigger('counts', 'categories')],
    received: [],
    status: () => 204,
    kubernetes: 200,
  });
};
beforeEach(clean);
afterEach(() => onSpan(undefined));
afterAll(async () => {
  await journal.close();
  cluster.close();
  await db.drop();
});

const origin = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
const storeDeadLetter = async (
  count: number,
  over: (i: number) => Record<string, string> = () => ({}),
  service = 'categories',
) => {
  for (let i = 0; i < count; i++)
    await journal.deliver('/dead-letters', { ...attributesOf(over(i)), ...failed(service) }, JSON.stringify({ i }), {
      traceparent: origin,
    });
};
const archive = async (count: number, over: (i: number) => Record<string, string> = () => ({})) => {
  for (let i = 0; i < count; i++)
    await journal.deliver('/events', attributesOf(over(i)), JSON.stringify({ i }), { traceparent: origin });
};
const storedDeadLetters = async (query = '') =>
  (await (await journal.ask('GET', `/dead-letters?limit=100${query}`)).json()) as {
    number: number;
    state: string;
    redrives: number;
    trigger: string | null;
  }[];
const begin = async (kind: 'redrives' | 'replays', body: object) => {
  const response = await journal.ask('POST', `/${kind}`, body);
  const job = await response.json();
  expect([response.status, response.headers.get('location')]).toEqual([201, `/api/journal/${kind}/${job.id}`]);
  return job as { id: string; state: string; total: number };
};
const look = async (kind: 'redrives' | 'replays', { id }: { id: string }) =>
  (await (await journal.ask('GET', `/${kind}/${id}`)).json()) as Record<string, unknown>;
const sentIds = () => cluster.received.map(({ headers }) => headers['ce-id']);
const always = { from: '2026-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };

describe('a redrive', () => {
  test('sends every open dead letter to the subscriber that failed, as it was, and they are open no more', async () => {
    await storeDeadLetter(12, (i) => ({ subject: `post/${i}`, weird: 'ä' }));
    const job = await begin('redrives', { all: true });
    expect(job).toMatchObject({ kind: 'redrive', state: 'running', total: 12, dry_run: false, finished_at: null });
    await journal.drain();
    expect(await look('redrives', job)).toMatchObject({
      state: 'done',
      total: 12,
      done: 12,
      failed: 0,
      finished_at: expect.any(String),
    });
    expect(new Set(sentIds()).size).toBe(12);
    expect(cluster.received).toHaveLength(12);
    const { host, path, headers, body } = cluster.received[0]!;
    expect([host, path, body]).toEqual(['categories.dormouse.svc.cluster.local', '/events', '{"i":0}']);
    expect(headers).toMatchObject({
      'ce-specversion': '1.0',
      'ce-type': 'dev.dormouse.post.created.v1',
      'ce-weird': '%C3%A4',
      'content-type': 'application/json',
    });
    expect(Object.keys(headers).filter((name) => name.startsWith('ce-knative'))).toEqual([]);
    expect(await storedDeadLetters()).toEqual([]);
    expect(new Set((await storedDeadLetters('&state=redriven')).map(({ redrives }) => redrives))).toEqual(new Set([1]));
    await journal.drain();
    expect(await look('redrives', await begin('redrives', { all: true }))).toMatchObject({ state: 'done', total: 0 });
  });

  test('by numbers or by a filter takes those alone', async () => {
    const ofTrace = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`;
    await storeDeadLetter(4, (i) => ({ type: `t${i}`, subject: `s/${i}`, ...(i === 1 && { traceparent: ofTrace }) }));
    const [last, , second, first] = await storedDeadLetters();
    await begin('redrives', { numbers: [last!.number, last!.number] });
    await begin('redrives', { filter: { type: 't0', trigger: 'counts' } });
    await begin('redrives', { filter: { trace: 'c'.repeat(32) } });
    await journal.drain();
    expect((await storedDeadLetters('&state=redriven')).map(({ number }) => number)).toEqual([
      last!.number,
      second!.number,
      first!.number,
    ]);
    expect(cluster.received).toHaveLength(3);
  });

  test('that fails leaves the letter open with the attempt on record, and tries no more than three times', async () => {
    await storeDeadLetter(1);
    cluster.status = () => 503;
    const job = await begin('redrives', { all: true });
    await journal.drain();
    expect(await look('redrives', job)).toMatchObject({
      state: 'done',
      done: 0,
      failed: 1,
      items: [{ outcome: 'failed', status: 503 }],
    });
    expect(cluster.received).toHaveLength(3);
    cluster.status = () => 422;
    await begin('redrives', { all: true });
    await journal.drain();
    expect(cluster.received).toHaveLength(4);
    const [deadLetter] = await storedDeadLetters();
    expect(deadLetter).toMatchObject({ state: 'open', redrives: 2 });
    const { attempts } = await (await journal.ask('GET', `/dead-letters/${deadLetter!.number}`)).json();
    expect(attempts).toMatchObject([
      {
        status: 503,
        outcome: 'failed',
        error: expect.stringContaining('not now'),
        trace_id: 'a'.repeat(32),
        at: expect.any(String),
      },
      { status: 422, outcome: 'failed' },
    ]);
  });

  test('goes on in the trace of the delivery that failed, linked to its batch and to the attempt before', async () => {
    const spans: Span[] = [];
    onSpan((span) => spans.push(span));
    await storeDeadLetter(1, () => ({ traceparent: origin }));
    for (const status of [500, 204]) {
      cluster.status = () => status;
      await begin('redrives', { all: true });
      await journal.drain();
    }
    const [first, second] = spans.filter(({ name }) => name === 'redrive dev.dormouse.post.created.v1') as [Span, Span];
    expect(first).toMatchObject({
      traceId: 'a'.repeat(32),
      parentId: 'b'.repeat(16),
      kind: 'producer',
      error: { type: 'DeliveryError' },
    });
    expect(second).toMatchObject({ traceId: 'a'.repeat(32), parentId: 'b'.repeat(16), error: undefined });
    expect(second.links).toHaveLength(2);
    expect(second.links).toContainEqual({ traceId: first.traceId, spanId: first.spanId });
    expect(cluster.received.at(-1)?.headers).toMatchObject({
      traceparent: `00-${'a'.repeat(32)}-${second.spanId}-01`,
      'ce-traceparent': origin,
    });
  });

  test('is linked to no replay that failed, though its event has the number of the letter', async () => {
    const spans: Span[] = [];
    onSpan((span) => spans.push(span));
    await db.admin`TRUNCATE journal.events, journal.dead_letters RESTART IDENTITY`;
    await archive(1);
    await storeDeadLetter(1);
    cluster.status = () => 422;
    await begin('replays', { trigger: 'counts', ...always });
    await journal.drain();
    cluster.status = () => 204;
    await begin('redrives', { all: true });
    await journal.drain();
    expect(spans.find(({ name }) => name === 'redrive dev.dormouse.post.created.v1')?.links).toHaveLength(1);
  });

  test('notes an answer in one line, as the cause of a dead letter is', async () => {
    await storeDeadLetter(1);
    cluster.status = () => 422;
    cluster.answer = JSON.stringify({
      type: 'about:blank',
      title: 'x'.repeat(400),
      detail: 'The data is not wanted.\nEver.',
    });
    const { id } = await begin('redrives', { all: true });
    await journal.drain();
    expect(await look('redrives', { id })).toMatchObject({
      items: [{ error: 'answered 422: The data is not wanted. Ever.' }],
    });
  });

  test('that is dry counts what would be sent: neither what was redriven meanwhile nor what has no trigger', async () => {
    await storeDeadLetter(4, (i) => ({ subject: `post/${i}` }));
    const dry = await begin('redrives', { all: true, dry_run: true });
    await db.admin`UPDATE journal.dead_letters SET state = 'redriven' WHERE subject = 'post/0'`;
    await db.admin`UPDATE journal.dead_letters SET trigger = 'gone' WHERE subject = 'post/1'`;
    await journal.drain();
    expect(await look('redrives', dry)).toMatchObject({ state: 'done', total: 4, done: 2, failed: 1 });
  });

  test('keeps the order of one subject, whatever order the letters came in', async () => {
    await storeDeadLetter(5, (i) => ({ subject: 'post/1', time: `2026-03-01T08:30:0${9 - i}.000Z` }));
    await begin('redrives', { all: true });
    await journal.drain();
    expect(cluster.received.map(({ body }) => body)).toEqual([4, 3, 2, 1, 0].map((i) => `{"i":${i}}`));
  });

  test('follows the trigger to where it delivers now, and sends nothing that its filters do not let through any more', async () => {
    await storeDeadLetter(2, (i) => ({ type: `t${i}`, subject: `s/${i}` }));
    cluster.triggers = [trigger('counts', 'counter', [{ exact: { type: 't1' } }])];
    const dry = await begin('redrives', { all: true, dry_run: true });
    await journal.drain();
    expect(await look('redrives', dry)).toMatchObject({
      state: 'done',
      dry_run: true,
      total: 2,
      done: 1,
      unmatched: 1,
    });
    expect(cluster.received).toEqual([]);
    expect(await storedDeadLetters()).toHaveLength(2);
    const job = await begin('redrives', { all: true });
    await journal.drain();
    expect(await look('redrives', job)).toMatchObject({
      done: 1,
      failed: 0,
      unmatched: 1,
      items: [{ outcome: 'unmatched' }, { outcome: 'sent' }],
    });
    expect(cluster.received.map(({ host }) => host)).toEqual(['counter.dormouse.svc.cluster.local']);
  });

  test('finds a trigger that was not known, and sends nothing to an address to which no trigger delivers', async () => {
    cluster.kubernetes = 500;
    await storeDeadLetter(1);
    await journal.deliver('/dead-letters', {
      ...attributesOf(),
      ...failed('x'),
      knativeerrordest: 'http://169.254.169.254/latest',
    });
    await journal.deliver('/dead-letters', {
      ...attributesOf(),
      ...failed('x'),
      knativeerrordest: 'http://a.svc.cluster.local.example.org/',
    });
    await journal.deliver('/dead-letters', {
      ...attributesOf(),
      ...failed('auth'),
      knativeerrordest: 'http://auth.dormouse.svc.cluster.local/anything',
    });
    cluster.kubernetes = 200;
    cluster.triggers.push({ ...trigger('far', 'x'), status: { subscriberUri: 'http://169.254.169.254/latest' } });
    await storeDeadLetter(1, () => ({ subject: 'gone' }));
    await db.admin`UPDATE journal.dead_letters SET trigger = 'gone' WHERE subject = 'gone'`;
    const job = await begin('redrives', { all: true });
    await journal.drain();
    expect(await look('redrives', job)).toMatchObject({
      done: 1,
      failed: 4,
      items: [
        { outcome: 'sent' },
        { error: 'http://169.254.169.254/latest is not inside of the cluster' },
        { error: 'no trigger delivers to http://a.svc.cluster.local.example.org/' },
        { error: 'no trigger delivers to http://auth.dormouse.svc.cluster.local/anything' },
        { error: 'there is no trigger gone' },
      ],
    });
    expect(cluster.received).toHaveLength(1);
    expect((await storedDeadLetters('&state=redriven'))[0]?.trigger).toBe('counts');
  });

  test('guesses nobody for a dead letter without a destination, unless the archive lacks it', async () => {
    cluster.triggers = [trigger('archive', 'journal')];
    const [kept, lacking] = [attributesOf(), attributesOf()];
    await journal.deliver('/events', kept);
    for (const attributes of [kept, lacking]) await journal.deliver('/dead-letters', attributes);
    const job = await begin('redrives', { all: true });
    await journal.drain();
    expect(await look('redrives', job)).toMatchObject({
      done: 1,
      failed: 1,
      items: [
        { error: 'the Broker named nobody, and the archive has the event: replay it to the trigger that lacks it' },
        { outcome: 'sent' },
      ],
    });
    expect(cluster.received.map(({ headers }) => headers['ce-id'])).toEqual([lacking.id]);
  });

  test('sends nothing that was dismissed since it began', async () => {
    await storeDeadLetter(1);
    const job = await begin('redrives', { all: true });
    const [letter] = await storedDeadLetters();
    await journal.ask('POST', `/dead-letters/${letter!.number}/dismissal`, { reason: 'a test' });
    await journal.drain();
    expect(await look('redrives', job)).toMatchObject({ items: [{ outcome: 'already' }] });
    expect(cluster.received).toEqual([]);
  });

  test('can be cancelled: batches that come later do nothing', async () => {
    await storeDeadLetter(12, (i) => ({ subject: `post/${i}` }));
    const job = await begin('redrives', { all: true });
    await journal.box.drained();
    await journal.batch(journal.due.shift()!);
    expect((await journal.ask('DELETE', `/replays/${job.id}`)).status).toBe(404);
    expect((await journal.ask('DELETE', `/redrives/${job.id}`)).status).toBe(204);
    expect((await journal.ask('DELETE', `/redrives/${job.id}`)).status).toBe(204);
    await journal.drain();
    expect(await look('redrives', job)).toMatchObject({
      state: 'cancelled',
      done: 5,
      total: 12,
      finished_at: expect.any(String),
    });
    expect(cluster.received).toHaveLength(5);
  });
});

describe('a batch', () => {
  test('is 409 while it is worked on elsewhere, and nothing once it is done', async () => {
    await storeDeadLetter(2);
    await begin('redrives', { all: true });
    await journal.box.drained();
    const event = journal.due.shift()!;
    let second: number | undefined;
    let pending: Promise<unknown> | undefined;
    cluster.status = () => {
      pending ??= Promise.resolve(journal.batch(event)).then(({ status }) => (second = status));
      return 204;
    };
    expect((await journal.batch(event)).status).toBe(204);
    await pending;
    expect(second).toBe(409);
    expect((await journal.batch(event)).status).toBe(204);
    expect(cluster.received).toHaveLength(2);
    expect((await journal.batch({ data: '{"job":"019cb76e-8001-7a30-9c1e-0f5d2b7a6e11","step":0}' })).status).toBe(204);
    expect((await journal.batch({ data: '{"job":1}' })).status).toBe(422);
  });

  test('is tried again when Kubernetes does not answer', async () => {
    await storeDeadLetter(1);
    const job = await begin('redrives', { all: true });
    await journal.box.drained();
    const event = journal.due.shift()!;
    cluster.kubernetes = 500;
    expect((await journal.batch(event)).status).toBe(503);
    cluster.kubernetes = 200;
    expect((await journal.batch(event)).status).toBe(204);
    await journal.drain();
    expect(await look('redrives', job)).toMatchObject({ state: 'done', done: 1 });
  });

  test('that took too long moves nothing once somebody else has done it, and revives no job that was cancelled', async () => {
    await archive(12, (i) => ({ subject: `post/${i}` }));
    const job = await begin('replays', { trigger: 'counts', ...always });
    await journal.box.drained();
    const slow = await journal.jobs.claim(job.id, 0);
    await db.admin`UPDATE journal.jobs SET leased_until = now() - interval '1 second'`;
    await journal.batch(journal.due.shift()!);
    await journal.box.drained();
    const before = await look('replays', job);
    await journal.jobs.advance(slow!, { finished: false, cursor: 1, seen: 5, matched: 5 });
    await journal.box.drained();
    expect(await look('replays', job)).toEqual(before);
    expect(journal.due).toHaveLength(1);
    const cancelled = await journal.jobs.claim(job.id, 1);
    await journal.ask('DELETE', `/replays/${job.id}`);
    await journal.jobs.advance(cancelled!, { finished: false });
    expect(await look('replays', job)).toMatchObject({ state: 'cancelled' });
  });

  test('that comes to nothing after its time gives back no lease but its own', async () => {
    await storeDeadLetter(1);
    const { id } = await begin('redrives', { all: true });
    const slow = await journal.jobs.claim(id, 0);
    await db.admin`UPDATE journal.jobs SET leased_until = now() - interval '1 second'`;
    const other = await journal.jobs.claim(id, 0);
    await journal.jobs.release(slow!);
    await expect(journal.jobs.claim(id, 0)).rejects.toMatchObject({ code: 'conflict' });
    await journal.jobs.release(other!);
    expect(await journal.jobs.claim(id, 0)).toMatchObject({ id });
  });

  test('leaves to the next one what it has no time for', async () => {
    await storeDeadLetter(4, () => ({ subject: 'post/1' }));
    let now = 0;
    const hurried = openFixture(db, cluster, { now: () => (now += 3000) });
    const job = await begin('redrives', { all: true });
    await journal.box.drained();
    expect((await hurried.batch(journal.due.shift()!)).status).toBe(204);
    await hurried.box.drained();
    expect(cluster.received.length).toBeLessThan(4);
    expect(await look('redrives', job)).toMatchObject({ state: 'running' });
    journal.due.push(...hurried.due.splice(0));
    await journal.drain();
    expect(await look('redrives', job)).toMatchObject({ state: 'done', done: 4 });
    expect(sentIds()).toEqual([...new Set(sentIds())]);
    await hurried.close();
  });
});

describe('a replay', () => {
  const created = 'dev.dormouse.post.created.v1';

  test('sends what the filters of its trigger let through of a range, and archives nothing again', async () => {
    await archive(20, (i) => ({ type: i % 2 ? created : 'other', subject: `post/${i % 3}` }));
    cluster.triggers = [trigger('counts', 'categories', [{ exact: { type: created } }])];
    const dry = await begin('replays', { trigger: 'counts', ...always, dry_run: true });
    await journal.drain();
    expect(await look('replays', dry)).toMatchObject({
      kind: 'replay',
      trigger: 'counts',
      state: 'done',
      total: 20,
      matched: 10,
      done: 10,
      failed: 0,
    });
    expect(cluster.received).toEqual([]);
    const job = await begin('replays', { trigger: 'counts', ...always });
    await journal.drain();
    expect(await look('replays', job)).toMatchObject({
      state: 'done',
      total: 20,
      matched: 10,
      unmatched: 10,
      done: 10,
      failed: 0,
      dry_run: false,
    });
    expect(cluster.received.map(({ body }) => JSON.parse(body).i as number).sort((a, b) => a - b)).toEqual([
      1, 3, 5, 7, 9, 11, 13, 15, 17, 19,
    ]);
    for (const subject of ['post/0', 'post/1', 'post/2']) {
      const ofSubject = cluster.received
        .filter(({ headers }) => headers['ce-subject'] === subject)
        .map(({ body }) => JSON.parse(body).i as number);
      expect(ofSubject).toEqual(ofSubject.toSorted((a, b) => a - b));
    }
    expect(await db.admin`SELECT count(*)::int AS n FROM journal.events`).toEqual([{ n: 20 }]);
  });

  test('of a range in which nothing happened is done at once', async () => {
    await archive(1);
    expect(
      await begin('replays', { trigger: 'counts', from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' }),
    ).toMatchObject({ state: 'done', total: 0 });
    expect(await db.admin`SELECT 1 FROM journal.outbox`).toEqual([]);
  });

  test('counts what fails and goes on', async () => {
    await archive(6, (i) => ({ subject: `post/${i}` }));
    cluster.status = ({ body }) => (body === '{"i":2}' ? 422 : 204);
    const job = await begin('replays', { trigger: 'counts', ...always });
    await journal.drain();
    expect(await look('replays', job)).toMatchObject({ state: 'done', matched: 6, done: 5, failed: 1 });
    expect(await storedDeadLetters('&state=all')).toEqual([]);
  });

  test('whose trigger is removed meanwhile is given up, and says so', async () => {
    await archive(6);
    const job = await begin('replays', { trigger: 'counts', ...always });
    cluster.triggers = [];
    await journal.drain();
    expect(await look('replays', job)).toMatchObject({
      state: 'cancelled',
      done: 0,
      error: 'there is no trigger counts',
    });
  });
});

describe('law: batches may be delivered again, in any order, and be cut off anywhere', () => {
  /** What goes wrong, in the order of steps: a batch delivered twice, or cut off before its n-th note, or with its end lost. */
  const mishaps = fc.array(fc.oneof(fc.constant('twice'), fc.constant('end lost'), fc.integer({ min: 0, max: 4 })), {
    maxLength: 6,
  });
  const inAll = 12;

  const run = async (kind: 'redrives' | 'replays', plan: readonly (string | number)[]) => {
    await clean();
    const over = (i: number) => ({ subject: `post/${i % 4}` });
    await (kind === 'redrives' ? storeDeadLetter(inAll, over) : archive(inAll, over));
    const job = await begin(kind, kind === 'redrives' ? { all: true } : { trigger: 'counts', ...always });
    const todo = [...plan];
    for (await journal.box.drained(); journal.due.length > 0; await journal.box.drained()) {
      const event = journal.due.shift()!;
      const mishap = todo.shift();
      if (mishap === 'twice') await journal.batch(event);
      else if (mishap !== undefined) {
        const broken = openFixture(db, cluster, { batch: 5, scan: 8, ...breaking(mishap) });
        // A cut behind the batch's last note is none.
        expect([500, 204]).toContain((await broken.batch(event)).status);
        await broken.box.drained();
        journal.due.push(...broken.due);
        await broken.close();
      }
      expect((await journal.batch(event)).status).toBe(204);
    }
    return look(kind, job);
  };
  const breaking = (mishap: string | number) => {
    let notes = 0;
    const killed = () => Promise.reject(new Error('killed'));
    return mishap === 'end lost'
      ? { jobs: { ...journal.jobs, advance: killed } }
      : {
          items: {
            ...journal.items,
            record: (...args: Parameters<typeof journal.items.record>) =>
              notes++ < Number(mishap) ? journal.items.record(...args) : killed(),
          },
        };
  };

  test.each(['redrives', 'replays'] as const)(
    '%s: every event is sent at least once and noted exactly once',
    async (kind) => {
      await fc.assert(
        fc.asyncProperty(mishaps, async (plan) => {
          const job = await run(kind, plan);
          expect(job).toMatchObject({ state: 'done', total: inAll, done: inAll, failed: 0 });
          if (kind === 'replays') expect(job).toMatchObject({ seen: inAll, matched: inAll });
          expect(new Set(sentIds()).size).toBe(inAll);
          // Without a cut there is no second sending.
          if (!plan.some((mishap) => typeof mishap === 'number')) expect(sentIds()).toHaveLength(inAll);
          expect(await db.admin`SELECT count(*)::int AS n FROM journal.items WHERE outcome = 'sent'`).toEqual([
            { n: inAll },
          ]);
        }),
        { numRuns: 15 },
      );
    },
  );
});
