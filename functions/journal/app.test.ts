import { randomBytes } from 'node:crypto';
import { onMeasure } from '@dormouse/runtime/measure';
import type { Measure } from '@dormouse/runtime/measurement';
import { onSpan, type Span } from '@dormouse/runtime/spans.fixture';
import { childOf, runInTrace } from '@dormouse/runtime/trace';
import { metrics } from '@dormouse/signals/metrics';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { attributesOf, type Cluster, failed, openCluster, openFixture, trigger } from './journal.fixture.ts';
import { openJournal } from './store.ts';

let db: TestDatabase;
let cluster: Cluster;
let journal: ReturnType<typeof openFixture>;
beforeAll(async () => {
  db = await testDatabase('journal');
  cluster = await openCluster();
  journal = openFixture(db, cluster);
});
beforeEach(async () => {
  await db.admin`TRUNCATE journal.events, journal.dead_letters, journal.jobs, journal.items, journal.outbox`;
  Object.assign(cluster, {
    triggers: [trigger('counts', 'categories')],
    received: [],
    status: () => 204,
    kubernetes: 200,
  });
});
afterAll(async () => {
  await journal.close();
  cluster.close();
  await db.drop();
});

const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
const archived = async (query = '') =>
  (await (await journal.ask('GET', `/events${query}`)).json()) as { position: number; id: string }[];
const deadLetters = async (query = '') =>
  (await (await journal.ask('GET', `/dead-letters${query}`)).json()) as { number: number; trigger: string | null }[];

describe('the archive', () => {
  test('says of events whether it has them, in the order of the question, and to the cluster only', async () => {
    await journal.deliver('/events', attributesOf({ id: 'here', source: '/posts' }));
    const ask = (headers: Record<string, string> = {}) =>
      journal.app.request('/events/archived', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({
          events: [
            { source: '/posts', id: 'not here' },
            { source: '/posts', id: 'here' },
            { source: '/others', id: 'here' },
          ],
        }),
      });
    expect(await (await ask()).json()).toEqual({ archived: [false, true, false] });
    expect((await ask({ 'x-client-address': '192.0.2.1' })).status).toBe(404);
  });

  test('takes what comes together, each once, and refuses alone what it cannot keep', async () => {
    const ids = ['a', 'b', 'c', 'a', 'b'];
    const all = [
      ...ids.map((id) => attributesOf({ id, source: '/posts' })),
      attributesOf({ id: 'bad', source: '/posts', type: 'x'.repeat(3000) }),
    ];
    const answers = await Promise.all(all.map((attributes) => journal.deliver('/events', attributes)));
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204, 204, 400]);
    expect((await archived()).map(({ id }) => id).sort()).toEqual(['a', 'b', 'c']);
  });

  test('takes any event once, with its attributes, data and trace', async () => {
    const attributes = attributesOf({ type: 'com.example.whatever', weird1: 'ä b', traceparent });
    for (let i = 0; i < 2; i++) {
      const encoded = { ...attributes, weird1: '%C3%A4%20b' };
      expect(
        (await journal.deliver('/events', encoded, '{"n":1.10}', { traceparent: traceparent.replace('bbb', 'ccc') }))
          .status,
      ).toBe(204);
    }
    const [event, another] = await archived();
    expect(another).toBeUndefined();
    expect(event).toEqual({
      position: expect.any(Number),
      id: attributes.id,
      type: 'com.example.whatever',
      source: '/posts',
      subject: 'post/1',
      time: attributes.time,
      received_at: expect.stringMatching(/^\d{4}-.*Z$/),
      trace_id: 'a'.repeat(32),
      signed_by: null,
    });
    expect(await (await journal.ask('GET', `/events/${event!.position}`)).json()).toMatchObject({
      attributes,
      data: { n: 1.1 },
    });
  });

  test.each([
    ['text', { datacontenttype: 'text/plain' }, 'schön', { data: 'schön' }],
    ['bytes', { datacontenttype: 'image/png' }, Buffer.from([0xff, 0xfe]), { data_base64: '//4=' }],
    ['JSON that is none', {}, '{', { data_base64: 'ew==' }],
    ['nothing', {}, undefined, { data: null }],
  ])('shows %s as it is', async (_, over, data, expected) => {
    expect((await journal.deliver('/events', attributesOf(over as Record<string, string>), data)).status).toBe(204);
    const [event] = await archived();
    expect(await (await journal.ask('GET', `/events/${event!.position}`)).json()).toMatchObject(expected);
  });

  test('takes structured events and batches, and keeps the digits of numbers', async () => {
    const structured = (id: string) =>
      `{"specversion":"1.0","id":"${id}","type":"t","source":"/s","n":3,"data":{"big":12345678901234567890}}`;
    const post = (type: string, body: string) =>
      journal.app.request('/events', { method: 'POST', headers: { 'content-type': type }, body });
    expect((await post('application/cloudevents+json', structured('1'))).status).toBe(204);
    expect((await post('application/cloudevents-batch+json', `[${structured('1')},${structured('2')}]`)).status).toBe(
      204,
    );
    expect((await archived()).map(({ id }) => id)).toEqual(['2', '1']);
    const [row] = await db.admin`SELECT data, attributes FROM journal.events WHERE id = '1'`;
    expect([String(row?.data), row?.attributes.n]).toEqual(['{"big":12345678901234567890}', '3']);
    expect((await post('application/cloudevents+json', '[]')).status).toBe(400);
    expect((await post('application/cloudevents+json', '{"specversion":"1.0","id":"1","type":"t"}')).status).toBe(400);
  });

  test('takes a request’s events in one statement', async () => {
    const spans: Span[] = [];
    onSpan((span) => spans.push(span));
    const body = JSON.stringify(['a', 'b', 'a'].map((id) => ({ specversion: '1.0', id, type: 't', source: '/s' })));
    const post = () =>
      journal.app.request('/events', {
        method: 'POST',
        headers: { 'content-type': 'application/cloudevents-batch+json' },
        body,
      });
    await runInTrace(childOf(undefined, true), async () => expect((await post()).status).toBe(204));
    onSpan(undefined);
    expect(spans.filter(({ name }) => name === 'INSERT events')).toHaveLength(1);
    expect((await archived()).map(({ id }) => id)).toEqual(['b', 'a']);
  });

  test.each([
    ['id', { id: 'i'.repeat(3000) }],
    ['source', { source: `/${'s'.repeat(1400)}`, id: 'i'.repeat(200) }],
    ['subject', { subject: 'u'.repeat(3000) }],
    ['type', { type: 't'.repeat(3000) }],
  ])(
    'refuses for good an event whose %s is longer than an index takes, instead of failing each time it comes again',
    async (_, over) => {
      const noise = Object.fromEntries(
        Object.entries(over).map(([name, text]) => [
          name,
          randomBytes(text.length).toString('hex').slice(0, text.length),
        ]),
      );
      for (const path of ['/events', '/dead-letters'])
        expect(
          (await journal.deliver(path, { ...attributesOf(noise), ...(path !== '/events' && failed('categories')) }))
            .status,
        ).toBe(400);
    },
  );

  test('takes text that is not well-formed', async () => {
    const body = '{"specversion":"1.0","id":"1","type":"t","source":"/s","subject":"\\ud800","data":{"a":"\\ud800"}}';
    const response = await journal.app.request('/events', {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents+json' },
      body,
    });
    expect(response.status).toBe(204);
    expect(await archived()).toMatchObject([{ subject: '\ufffd' }]);
  });

  test('is searched by type, source, subject, trace and time, newest first, piece by piece', async () => {
    for (const over of [
      { subject: 'post/1' },
      { subject: 'post/2' },
      { type: 'x', subject: 'post/2' },
      { source: '/other' },
    ] as Record<string, string>[])
      await journal.deliver('/events', attributesOf(over), '{}', { traceparent });
    expect(await archived('?subject=post/2')).toHaveLength(2);
    expect(await archived('?subject=post/2&type=x')).toHaveLength(1);
    expect(await archived('?source=/other&type=')).toHaveLength(1);
    expect(await archived(`?trace=${'a'.repeat(32)}`)).toHaveLength(4);
    expect(await archived('?to=2026-01-01T00:00:00Z')).toHaveLength(0);
    expect(await archived('?from=2026-01-01T00:00:00%2B02:00')).toHaveLength(4);
    const first = await journal.ask('GET', '/events?limit=3&subject=');
    const next = /^<(.+)>; rel="next"$/.exec(first.headers.get('link') ?? '')?.[1] as string;
    const rest = await journal.ask('GET', next.replace('/api/journal', ''));
    expect(rest.headers.get('link')).toBeNull();
    const positions = [...(await first.json()), ...(await rest.json())].map(({ position }) => position as number);
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => b - a));
    expect(positions).toHaveLength(4);
  });
});

describe('dead letters', () => {
  test('are kept once for an event and a destination, without what the Broker added, and with its cause', async () => {
    const attributes = attributesOf({ traceparent });
    for (let i = 0; i < 2; i++)
      await journal.deliver('/dead-letters', { ...attributes, ...failed('categories') }, '{"a":1}', {
        traceparent,
        cookie: 'x',
      });
    const [deadLetter, another] = await deadLetters();
    expect(another).toBeUndefined();
    expect(deadLetter).toMatchObject({
      event: { id: attributes.id, subject: 'post/1' },
      trigger: 'counts',
      destination: 'http://categories.dormouse.svc.cluster.local/events',
      status: 422,
      cause: 'answered 422: The event cannot be handled.',
      trace_id: 'a'.repeat(32),
      state: 'open',
      redrives: 0,
    });
    const full = await (await journal.ask('GET', `/dead-letters/${deadLetter!.number}`)).json();
    expect(full).toMatchObject({
      attributes,
      data: { a: 1 },
      body: '{"detail":"The event cannot be handled."}',
      attempts: [],
    });
    expect(full.attributes).not.toHaveProperty('knativeerrordest');
    expect(full.headers).toMatchObject({ traceparent });
    expect(full.headers).not.toHaveProperty('cookie');
  });

  test('are counted once each, by trigger and type, and those that are open from the table', async () => {
    const taken: Measure[] = [];
    onMeasure((each) => taken.push(each));
    const attributes = attributesOf();
    for (let i = 0; i < 2; i++) await journal.deliver('/dead-letters', { ...attributes, ...failed('categories') });
    await journal.deliver('/dead-letters', { ...attributesOf(), ...failed('nobody') });
    onMeasure(undefined);
    const counted = taken
      .filter(({ metric }) => metric === metrics.deadLetters)
      .map((each) => [each.attributes['dormouse.trigger'], each.value]);
    expect(counted).toEqual([
      ['counts', 1],
      ['', 1],
    ]);
    expect(await openJournal(journal.sql).open()).toBe(2);
    await db.admin`UPDATE journal.dead_letters SET state = 'redriven' WHERE trigger = 'counts'`;
    expect(await openJournal(journal.sql).open()).toBe(1);
  });

  test('are of the trigger whose filters let the event through, where several share a subscriber', async () => {
    const only = (type: string) => [{ exact: { type } }];
    cluster.triggers = [
      trigger('one', 'categories', only('a')),
      trigger('two', 'categories', only('b')),
      trigger('three', 'categories', only('b')),
    ];
    for (const type of ['a', 'b'])
      await journal.deliver('/dead-letters', { ...attributesOf({ type }), ...failed('categories') });
    expect((await deadLetters('?type=a'))[0]?.trigger).toBe('one');
    expect((await deadLetters('?type=b'))[0]?.trigger).toBeNull();
    const filter = 'http://broker-filter.knative-eventing.svc.cluster.local/triggers/dormouse/two/1b2c';
    await journal.deliver('/dead-letters', {
      ...attributesOf({ type: 'c' }),
      ...failed('x'),
      knativeerrordest: filter,
    });
    expect((await deadLetters('?trigger=two')).map(({ trigger }) => trigger)).toEqual(['two']);
  });

  test('are kept when Kubernetes does not answer, and when the Broker does not say why', async () => {
    cluster.kubernetes = 500;
    expect(
      (await journal.deliver('/dead-letters', { ...attributesOf(), ...failed('categories', '-1', 'ECONNREFUSED') }))
        .status,
    ).toBe(204);
    expect((await journal.deliver('/dead-letters', attributesOf())).status).toBe(204);
    expect(await deadLetters()).toMatchObject([
      { destination: '', cause: 'no answer: the Broker named nobody', status: null, trigger: null },
      { cause: 'no answer: ECONNREFUSED', status: null, trigger: null },
    ]);
  });
});

test('a dead letter without a destination is of no trigger, also where only one could have it', async () => {
  cluster.triggers = [trigger('journal-archive', 'journal')];
  await journal.deliver('/dead-letters', attributesOf());
  expect(await deadLetters()).toMatchObject([{ trigger: null }]);
});

describe('dismissing', () => {
  const store = async () => {
    await journal.deliver('/dead-letters', { ...attributesOf(), ...failed('categories') });
    return (await deadLetters())[0]!.number;
  };
  const dismiss = (number: number, reason = 'a test', as?: string) =>
    journal.ask('POST', `/dead-letters/${number}/dismissal`, { reason }, as);

  test('an open dead letter puts it on record with who and why, and out of the count', async () => {
    const number = await store();
    const response = await dismiss(number, '  sent by hand  ');
    expect(response.status).toBe(200);
    const dismissal = { at: expect.stringMatching(/Z$/), by: 'operator', reason: 'sent by hand' };
    expect(await response.json()).toMatchObject({ number, state: 'dismissed', dismissal });
    expect(await (await journal.ask('GET', `/dead-letters/${number}`)).json()).toMatchObject({ dismissal });
    expect(await openJournal(journal.sql).open()).toBe(0);
    expect([await deadLetters(), await deadLetters('?state=dismissed')]).toMatchObject([[], [{ number }]]);
  });

  test('happens once, and not to what was redriven', async () => {
    const number = await store();
    await dismiss(number);
    expect((await dismiss(number, 'another')).status).toBe(409);
    await db.admin`UPDATE journal.dead_letters SET state = 'redriven'`;
    expect((await dismiss(number)).status).toBe(409);
    expect((await dismiss(number + 1)).status).toBe(404);
  });

  test('keeps a later redrive away, whatever it is asked for', async () => {
    const number = await store();
    await dismiss(number);
    for (const wanted of [{ all: true }, { numbers: [number] }])
      expect(await (await journal.ask('POST', '/redrives', wanted)).json()).toMatchObject({ total: 0, state: 'done' });
  });

  test.each([{}, { reason: '' }, { reason: 'x'.repeat(501) }, { reason: 'x', by: 'y' }])(
    '%j is not acceptable',
    async (body) => {
      const number = await store();
      expect((await journal.ask('POST', `/dead-letters/${number}/dismissal`, body)).status).toBe(422);
      expect(await deadLetters()).toHaveLength(1);
    },
  );
});

describe('who may', () => {
  test.each(['/events', '/dead-letters', '/batches'])('%s is for the cluster only', async (path) => {
    expect((await journal.deliver(path, attributesOf(), '{}', { 'x-client-address': '203.0.113.7' })).status).toBe(404);
    expect(await archived()).toEqual([]);
  });

  test.each([
    ['GET', '/events'],
    ['GET', '/events/1'],
    ['GET', '/dead-letters'],
    ['GET', '/dead-letters/1'],
    ['POST', '/dead-letters/1/dismissal'],
    ['POST', '/redrives'],
    ['GET', '/redrives/019cb76e-8001-7a30-9c1e-0f5d2b7a6e11'],
    ['DELETE', '/redrives/019cb76e-8001-7a30-9c1e-0f5d2b7a6e11'],
    ['POST', '/replays'],
    ['GET', '/replays/019cb76e-8001-7a30-9c1e-0f5d2b7a6e11'],
    ['DELETE', '/replays/019cb76e-8001-7a30-9c1e-0f5d2b7a6e11'],
  ])('%s %s is for operators and administrators only', async (method, path) => {
    const body = method === 'POST' ? { all: true } : undefined;
    expect((await journal.ask(method, path, body, '')).status).toBe(401);
    expect((await journal.ask(method, path, body, 'forged')).status).toBe(401);
    for (const as of ['reader', 'author', 'editor'])
      expect((await journal.ask(method, path, body, as)).status).toBe(403);
    for (const as of ['operator', 'admin'])
      expect([200, 201, 404, 422]).toContain((await journal.ask(method, path, body, as)).status);
    expect(journal.due).toEqual([]);
  });
});

describe('what is not acceptable is 422 and begins nothing', () => {
  test.each([
    [{}, 'numbers'],
    [{ all: true, numbers: [1] }, 'numbers'],
    [{ all: false }, 'all'],
    [{ numbers: [] }, 'numbers'],
    [{ numbers: [0] }, 'numbers.0'],
    [{ numbers: [12345] }, 'numbers.0'],
    [{ numbers: [1.5] }, 'numbers.0'],
    [{ filter: { state: 'open' } }, 'filter.state'],
    [{ filter: { from: 'yesterday' } }, 'filter.from'],
    [{ filter: { trace: 'xyz' } }, 'filter.trace'],
    [{ all: true, dry_run: 'yes' }, 'dry_run'],
  ])('redriving %j', async (body, field) => {
    const response = await journal.ask('POST', '/redrives', body);
    expect([response.status, (await response.json()).errors[0].field]).toEqual([422, field]);
    expect(await db.admin`SELECT 1 FROM journal.jobs`).toEqual([]);
  });

  const day = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };
  test.each([
    [{ ...day }, 'trigger'],
    [{ ...day, trigger: 'nobody' }, 'trigger'],
    [{ ...day, trigger: 'journal-archive' }, 'trigger'],
    [{ trigger: 'counts', from: day.to, to: day.from }, 'to'],
    [{ trigger: 'counts', from: day.from }, 'to'],
    [{ ...day, trigger: 'counts', limit: 1 }, 'limit'],
  ])('replaying %j', async (body, field) => {
    cluster.triggers.push(trigger('journal-archive', 'journal'));
    const response = await journal.ask('POST', '/replays', body);
    expect([response.status, (await response.json()).errors[0].field]).toEqual([422, field]);
    expect(await db.admin`SELECT 1 FROM journal.jobs`).toEqual([]);
  });

  test.each([
    ['/events?limit=0', 'limit'],
    ['/events?limit=101', 'limit'],
    ['/events?trace=xyz', 'trace'],
    ['/events?from=now', 'from'],
    ['/events?after=x', 'after'],
    ['/dead-letters?state=closed', 'state'],
    ['/events?type=%00', 'type'],
  ])('%s', async (path, field) => {
    const response = await journal.ask('GET', path);
    expect([response.status, (await response.json()).errors[0].field]).toEqual([422, field]);
  });

  test('what is not there is 404', async () => {
    for (const path of [
      '/events/1',
      '/events/x',
      '/dead-letters/99999999999999999999',
      '/redrives/1',
      '/replays/019cb76e-8001-7a30-9c1e-0f5d2b7a6e11',
    ])
      expect((await journal.ask('GET', path)).status).toBe(404);
  });

  test('a replay is 503 while Kubernetes does not answer', async () => {
    cluster.kubernetes = 500;
    expect((await journal.ask('POST', '/replays', { ...day, trigger: 'counts' })).status).toBe(503);
  });
});
