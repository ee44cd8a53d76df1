import { ManifestError } from '@dormouse/manifests/yaml/origin';
import { CloudEvent, HTTP } from 'cloudevents';
import { afterEach, describe, expect, test } from 'vitest';
import { type Bench, bench, brokerOf, type Call, type Setup, service, trigger } from './broker.fixture.ts';

const open: Bench[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function start(setup: Partial<Setup> = {}): Promise<Bench> {
  const made = await bench(setup);
  open.push(made);
  return made;
}

const post = async (url: string, headers: Record<string, string>, body = '') => {
  const response = await fetch(url, { method: 'POST', headers, body });
  return {
    status: response.status,
    headers: response.headers,
    detail: ((await response.json().catch(() => ({}))) as { detail?: string }).detail,
  };
};

const binary = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/posts', 'ce-type': 'test' };
const settled = (b: Bench) => b.clock.advance(0);
const ids = (calls: readonly Call[], to: string) => calls.filter((call) => call.to === to).map(({ id }) => id);
const outcomes = (b: Bench) =>
  b.brokers
    .recent(100)
    .map(({ id, triggers }) => [
      id,
      ...triggers.map(({ name, outcome, attempts }) => `${name} ${outcome} ${attempts}`),
    ]);

describe('sending events to a broker', () => {
  test('answers 202 once the event is on disk', async () => {
    const b = await start();
    const store = b.stores.get('/brokers/dormouse/default');
    const before = store?.syncs ?? 0;
    expect(await b.send({ id: '1' })).toBe(202);
    expect(store?.syncs).toBeGreaterThan(before);
  });

  test('answers 503, asks to come back, and keeps nothing when the disk is full', async () => {
    const b = await start({ triggers: [trigger('web')] });
    const store = b.stores.get('/brokers/dormouse/default');
    if (store) {
      store.before = (operation, name) => {
        if (operation === 'write' && name.endsWith('.log'))
          throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      };
    }
    const rejection = await post(b.url, binary, '{}');
    expect(rejection.status).toBe(503);
    expect(rejection.headers.get('retry-after')).toBe('1');
    if (store) store.before = () => {};
    expect(await b.send({ id: '2' })).toBe(202);
    await settled(b);
    expect(ids(b.calls, 'web')).toEqual(['2']);
  });

  test('asks for batches, whose events keep their own traces', async () => {
    const b = await start({ triggers: [trigger('web')] });
    const [one, other] = ['a', 'b'].map((digit) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`) as [string, string];
    const event = (id: string, traceparent?: string) => ({
      ...{ specversion: '1.0', id, source: '/posts', type: 'test', data: {} },
      ...(traceparent && { traceparent }),
    });
    const type = { 'content-type': 'application/cloudevents-batch+json' };
    const hop = { traceparent: `00-${'a'.repeat(32)}-${'c'.repeat(16)}-01`, tracestate: 'of=one' };
    const batch = [event('1', one), event('2', other), event('3')];
    const { headers } = await post(b.url, { ...type, ...hop }, JSON.stringify(batch));
    expect(headers.get('accept-post')).toContain(type['content-type']);
    await settled(b);
    expect(b.calls.map((call) => [call.id, call.headers.traceparent?.slice(3, 35), call.headers.tracestate])).toEqual([
      ['1', 'a'.repeat(32), 'of=one'],
      ['2', 'b'.repeat(32), undefined],
      ['3', 'a'.repeat(32), 'of=one'],
    ]);
  });

  test('takes all of a batch or none', async () => {
    const b = await start({ triggers: [trigger('web')] });
    const event = (id: string) => ({ specversion: '1.0', id, source: '/posts', type: 'test', data: { n: id } });
    const type = { 'content-type': 'application/cloudevents-batch+json' };
    expect((await post(b.url, type, JSON.stringify([event('a'), { ...event('b'), type: '' }]))).detail).toBe(
      'event 2 of the batch: attribute type is missing',
    );
    expect((await post(b.url, type, JSON.stringify([event('a'), event('b')]))).status).toBe(202);
    expect((await post(b.url, type, '[]')).status).toBe(202);
    await settled(b);
    expect(ids(b.calls, 'web')).toEqual(['a', 'b']);
  });

  test.each([
    ['without an id', { ...binary, 'ce-id': '' }, '', 400, /id is missing/],
    ['without attributes', {}, '', 400, /specversion is missing/],
    ['of another version', { ...binary, 'ce-specversion': '0.3' }, '', 400, /0\.3 is not understood/],
    ['with a hyphen in a name', { ...binary, 'ce-my-name': 'x' }, '', 400, /lower-case letters and digits/],
    ['with a time that is none', { ...binary, 'ce-time': '2026-02-30T00:00:00Z' }, '', 400, /RFC 3339/],
    ['with a source that is no URI', { ...binary, 'ce-source': 'a b' }, '', 400, /URI-reference/],
    ['that is not JSON', { 'content-type': 'application/cloudevents+json' }, '{', 400, /not JSON/],
    ['in XML', { 'content-type': 'application/cloudevents+xml' }, '<a/>', 415, /not understood/],
    ['with a used-up ttl', { ...binary, 'ce-knativebrokerttl': '0' }, '', 400, /knativebrokerttl/],
    ['that is compressed', { ...binary, 'content-encoding': 'gzip' }, 'x', 415, /content encoding/],
    ['over 1 MiB', binary, 'x'.repeat(1024 * 1024 + 1), 413, /bytes/],
  ])('rejects an event %s', async (_, headers, body, status, detail) => {
    const b = await start();
    const rejection = await post(b.url, headers as Record<string, string>, body);
    expect(rejection.status).toBe(status);
    expect(rejection.detail).toMatch(detail);
    expect(b.brokers.recent(1)).toEqual([]);
  });

  test('answers 405 with Allow to other methods, 404 for other brokers', async () => {
    const b = await start();
    const response = await fetch(b.url);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
    expect((await fetch(b.url, { method: 'OPTIONS' })).headers.get('allow')).toBe('POST, OPTIONS');
    expect((await fetch(b.url.replace('default', 'other'), { method: 'POST' })).status).toBe(404);
  });
});

describe('delivering events', () => {
  test('goes to the triggers whose filters hold, in binary mode, asking for replies', async () => {
    const b = await start({
      triggers: [
        trigger('web', [{ prefix: { type: 'dev.dormouse.post.' } }]),
        trigger('categories', [{ exact: { type: 'other' } }]),
      ],
    });
    await b.send(
      { id: '1', type: 'dev.dormouse.post.created.v1', subject: 'post/1', note: '50%25 f%C3%BCr%20dich' },
      '{"title": "é"}',
    );
    await settled(b);
    expect(b.calls).toHaveLength(1);
    const [call] = b.calls;
    expect(call).toMatchObject({ to: 'web', method: 'POST', path: '/events', timeoutMs: 300_000 });
    expect(call?.headers).toMatchObject({
      'ce-id': '1',
      'ce-subject': 'post/1',
      'ce-note': '50%25%20f%C3%BCr%20dich',
      'content-type': 'application/json',
      prefer: 'reply',
    });
    expect(call?.body.toString()).toBe('{"title": "é"}');
    expect(outcomes(b)).toEqual([['1', 'web delivered 1']]);
  });

  test('understands what the cloudevents SDK sends, and is understood by it', async () => {
    const b = await start({ triggers: [trigger('web')] });
    const event = new CloudEvent({
      type: 'com.example.made',
      source: 'https://example.com/',
      subject: 'a b',
      data: { text: 'ünï' },
      comexampleextension: 'x y',
    });
    for (const message of [HTTP.binary(event), HTTP.structured(event.cloneWith({ subject: 'a “b” 100%' }))]) {
      const response = await fetch(b.url, {
        method: 'POST',
        headers: message.headers as Record<string, string>,
        body: message.body as string,
      });
      expect(response.status).toBe(202);
    }
    await settled(b);
    expect(b.calls).toHaveLength(2);
    for (const [i, subject] of ['a b', 'a “b” 100%'].entries()) {
      const { headers, body } = b.calls[i] as Call;
      const received = HTTP.toEvent({ headers, body: body.toString() }) as CloudEvent<unknown>;
      expect(received.data).toEqual(event.data);
      expect([received.id, received.source, received.type]).toEqual([event.id, event.source, event.type]);
      expect(
        [received.subject, received.comexampleextension].map((value) => decodeURIComponent(String(value))),
      ).toEqual([subject, 'x y']);
    }
  });

  test.each([
    ['exponential', [0, 100, 300, 700]],
    ['linear', [0, 0, 100, 300]],
  ] as const)('tries again with %s backoff', async (backoffPolicy, at) => {
    const b = await start({ triggers: [trigger('web', [], { retry: 3, backoffPolicy, backoffDelayMs: 100 })] });
    b.consumers.set('web', () => 500);
    const startMs = b.clock.now();
    await b.send({ id: '1' });
    await b.clock.advance(5_000);
    expect(b.calls.map(({ atMs }) => atMs - startMs)).toEqual(at);
    expect(outcomes(b)).toEqual([['1', 'web undeliverable 4']]);
  });

  test.each([
    [500, true],
    [503, true],
    [404, true],
    [408, true],
    [409, true],
    [429, true],
    [400, false],
    [401, false],
    [413, false],
    [422, false],
    [101, false],
    [600, true],
    [302, false],
  ])('answer %i is tried again: %s', async (status, again) => {
    const b = await start({ triggers: [trigger('web', [], { retry: 2, backoffDelayMs: 10 })] });
    b.consumers.set('web', () => status);
    await b.send({ id: '1' });
    await b.clock.advance(1_000);
    expect(b.calls).toHaveLength(again ? 3 : 1);
    expect(b.brokers.undeliverable()).toMatchObject([
      { id: '1', trigger: 'web', status, attempts: again ? 3 : 1, cause: `answered ${status}` },
    ]);
  });

  test('tries again when the consumer cannot be reached, and stops when it can', async () => {
    const b = await start({ triggers: [trigger('web', [], { retry: 5, backoffDelayMs: 10 })] });
    let failures = 2;
    b.consumers.set('web', () =>
      failures-- > 0 ? Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' }) : 204,
    );
    await b.send({ id: '1' });
    await b.clock.advance(1_000);
    expect(outcomes(b)).toEqual([['1', 'web delivered 3']]);
    expect(b.brokers.undeliverable()).toEqual([]);
  });

  test.each([
    ['no longer than retryAfterMax', 5_000, 5_000],
    ['not at all without it', undefined, 10],
  ])('waits as long as Retry-After says, %s', async (_, retryAfterMaxMs, wait) => {
    const b = await start({
      triggers: [trigger('web', [], { retry: 1, backoffDelayMs: 10, ...(retryAfterMaxMs ? { retryAfterMaxMs } : {}) })],
    });
    b.consumers.set('web', () => ({ status: 429, headers: { 'retry-after': '60' } }));
    await b.send({ id: '1' });
    await b.clock.advance(60_000);
    expect((b.calls[1]?.atMs ?? 0) - (b.calls[0]?.atMs ?? 0)).toBe(wait);
  });

  test('keeps what nobody takes with its cause, over a crash', async () => {
    const b = await start({ triggers: [trigger('web', [], { retry: 0 })] });
    b.consumers.set('web', () => ({ status: 422, body: Buffer.from('no such post') }));
    await b.send({ id: '1', subject: 'post/1' });
    await settled(b);
    const expected = [
      {
        id: '1',
        subject: 'post/1',
        broker: 'dormouse/default',
        trigger: 'web',
        destination: 'http://web.dormouse.svc.cluster.local/events',
        attempts: 1,
        status: 422,
        body: 'no such post',
      },
    ];
    expect(b.brokers.undeliverable()).toMatchObject(expected);
    const again = await b.crash();
    open.push(again);
    open.splice(open.indexOf(b), 1);
    expect(again.brokers.undeliverable()).toMatchObject(expected);
  });

  test('sends what nobody takes to the dead-letter sink, with the error', async () => {
    const b = await start({
      broker: { deadLetterSink: service('journal', '/dead') },
      triggers: [trigger('web', [], { retry: 1, backoffDelayMs: 10 })],
    });
    b.consumers.set('web', () => ({ status: 500, body: Buffer.from('broken'.repeat(400)) }));
    await b.send({ id: '1' }, '{"a":1}');
    await b.clock.advance(1_000);
    const dead = b.calls.find(({ to }) => to === 'journal');
    expect(dead?.headers).toMatchObject({
      'ce-id': '1',
      'ce-knativeerrorcode': '500',
      'ce-knativeerrordest': 'http://web.dormouse.svc.cluster.local/events',
    });
    expect(Buffer.from(dead?.headers['ce-knativeerrordata'] ?? '', 'base64').toString()).toBe(
      'broken'.repeat(400).slice(0, 768),
    );
    expect(dead?.body.toString()).toBe('{"a":1}');
    expect(dead?.headers.traceparent).toBe(b.calls[0]?.headers.traceparent);
    expect(outcomes(b)).toEqual([['1', 'web dead-lettered 2']]);
    expect(b.brokers.recent(1)[0]?.triggers[0]?.dead_letter_attempts).toBe(1);
    expect(b.brokers.undeliverable()).toEqual([]);
  });

  test('puts 500 and the reason into the dead letter when there was no response', async () => {
    const b = await start({ triggers: [trigger('web', [], { retry: 0, deadLetterSink: service('journal') })] });
    b.consumers.set('web', () => Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' }));
    await b.send({ id: '1' });
    await settled(b);
    const { headers } = b.calls.find(({ to }) => to === 'journal') as Call;
    expect([
      headers['ce-knativeerrorcode'],
      Buffer.from(headers['ce-knativeerrordata'] ?? '', 'base64').toString(),
    ]).toEqual(['500', 'ECONNREFUSED: connection refused']);
  });

  test('a Trigger that says anything of delivery gets nothing of it from its Broker but the dead-letter sink', async () => {
    const b = await start({
      broker: { retry: 0, backoffPolicy: 'linear', deadLetterSink: service('journal') },
      triggers: [trigger('plain'), trigger('own', [], { retry: 1, backoffDelayMs: 10 })],
    });
    for (const name of ['plain', 'own']) b.consumers.set(name, () => 500);
    await b.send({ id: '1' });
    await b.clock.advance(1_000);
    const atMs = b.calls.filter(({ to }) => to === 'own').map((call) => call.atMs);
    expect([
      ids(b.calls, 'plain').length,
      atMs.length,
      (atMs[1] ?? 0) - (atMs[0] ?? 0),
      ids(b.calls, 'journal').length,
    ]).toEqual([1, 2, 10, 2]);
  });

  test('keeps on disk what the dead-letter sink rejects, too', async () => {
    const b = await start({
      triggers: [trigger('web', [], { retry: 1, backoffDelayMs: 10, deadLetterSink: service('journal') })],
    });
    b.consumers.set('web', () => 400);
    b.consumers.set('journal', () => 500);
    await b.send({ id: '1' });
    await b.clock.advance(1_000);
    expect(ids(b.calls, 'journal')).toHaveLength(2);
    expect(b.brokers.undeliverable()).toMatchObject([
      {
        status: 400,
        cause: 'answered 400; the dead-letter sink http://journal.dormouse.svc.cluster.local/events answered 500',
      },
    ]);
  });

  test('a reply enters the broker again, as often as knativebrokerttl allows', async () => {
    const b = await start({ triggers: [trigger('echo')] });
    let number = 1;
    b.consumers.set('echo', () => ({
      status: 200,
      headers: { ...binary, 'ce-id': String(++number), 'content-type': 'application/json' },
      body: Buffer.from(String(number)),
    }));
    await b.send({ id: '1', knativebrokerttl: '3' });
    await settled(b);
    expect(ids(b.calls, 'echo')).toEqual(['1', '2', '3']);
    expect(b.calls.every(({ headers }) => headers['ce-knativebrokerttl'] === undefined)).toBe(true);
    expect(b.reports.join()).toContain('knativebrokerttl');
    const traces = new Set(b.calls.map(({ headers }) => headers.traceparent?.slice(3, 35)));
    expect(traces.size).toBe(1);
  });

  test('an answer 202 is never a reply, and a 200 without a body is a success', async () => {
    const b = await start({ triggers: [trigger('a'), trigger('b')] });
    b.consumers.set('a', () => ({ status: 202, headers: { ...binary, 'ce-id': 'reply' } }));
    b.consumers.set('b', () => ({ status: 200, headers: { 'content-type': 'text/plain' } }));
    await b.send({ id: '1' });
    await settled(b);
    expect(outcomes(b)).toEqual([['1', 'a delivered 1', 'b delivered 1']]);
  });

  test.each([200, 201, 202])(
    'an answer %i with a body that is no event is a failure, with its cause',
    async (status) => {
      const sink = { retry: 1, backoffDelayMs: 10, deadLetterSink: service('journal') };
      const b = await start({ triggers: [trigger('web', [], sink)] });
      const ok = () => ({ status, headers: { 'content-type': 'application/json' }, body: Buffer.from('{"ok":true}') });
      b.consumers.set('web', ok);
      b.consumers.set('journal', ok);
      await b.send({ id: '1' });
      await b.clock.advance(1_000);
      expect(outcomes(b)).toEqual([['1', 'web dead-lettered 2']]);
      expect(b.brokers.recent(1)[0]?.triggers[0]?.error).toBe(
        `answered ${status} with a body that is no event: an answer has to be empty or a CloudEvent`,
      );
      const letter = b.calls.find(({ to }) => to === 'journal');
      expect(letter?.headers['ce-knativeerrorcode']).toBe('502');
      expect(Buffer.from(letter?.headers['ce-knativeerrordata'] ?? '', 'base64').toString()).toBe('{"ok":true}');
    },
  );

  test('sends in the format that a Trigger asks for', async () => {
    const formats = ['json', 'binary'] as const;
    const b = await start({ triggers: formats.map((format) => trigger(format, [], { format })) });
    await b.send({ id: '1' });
    await settled(b);
    const typeTo = (name: string) => b.calls.find(({ to }) => to === name)?.headers['content-type'];
    expect(formats.map(typeTo)).toEqual(['application/cloudevents+json; charset=utf-8', 'application/json']);
  });

  test.each([
    ['no valid event', { 'ce-specversion': '1.0' }, ''],
    ['a batch', { 'content-type': 'application/cloudevents-batch+json' }, '[]'],
    ['too long to be kept', { ...binary }, 'beginning', true],
  ])('a reply that is %s is tried again', async (_, headers, body, cut = false) => {
    const b = await start({ triggers: [trigger('a', [], { retry: 1, backoffDelayMs: 10 })] });
    b.consumers.set('a', () => ({
      status: 200,
      headers: headers as Record<string, string>,
      body: Buffer.from(body),
      cut,
    }));
    await b.send({ id: '1' });
    await b.clock.advance(1_000);
    expect(outcomes(b)).toEqual([['1', 'a undeliverable 2']]);
  });

  test('a consumer that never answers delays nobody else', async () => {
    const b = await start({ triggers: [trigger('dead'), trigger('web')], concurrency: 4 });
    b.consumers.set('dead', () => new Promise(() => {}));
    for (let i = 1; i <= 50; i++) await b.send({ id: String(i) });
    await settled(b);
    expect(ids(b.calls, 'web')).toHaveLength(50);
    expect(ids(b.calls, 'dead')).toHaveLength(4);
    expect(b.brokers.busy()).toBe(true);
  });

  test('a consumer that is down is left alone but for its retries and one new event a second; back, it gets everything', async () => {
    const delivery = { retry: 20, backoffPolicy: 'exponential', backoffDelayMs: 200 } as const;
    const b = await start({ triggers: [trigger('down', [], delivery), trigger('web')] });
    b.consumers.set('down', () => new Error('ECONNREFUSED'));
    const events = Array.from({ length: 500 }, (_, i) => ({
      specversion: '1.0',
      id: String(i + 1),
      source: '/posts',
      type: 'test',
    }));
    await post(b.url, { 'content-type': 'application/cloudevents-batch+json' }, JSON.stringify(events));
    await b.clock.advance(10_000);
    expect(ids(b.calls, 'web')).toHaveLength(500);
    const begun = new Set(ids(b.calls, 'down')).size;
    expect(begun).toBeGreaterThan(70);
    expect(begun).toBeLessThan(120);
    b.consumers.delete('down');
    await b.clock.advance(1_500);
    expect(new Set(ids(b.calls, 'down')).size).toBe(500);
    await settled(b);
  });

  test('a poison event does not hold up the others', async () => {
    const b = await start({ triggers: [trigger('web', [], { retry: 10, backoffDelayMs: 60_000 })] });
    b.consumers.set('web', ({ id }) => (id === 'bad' ? 500 : 202));
    await b.send({ id: 'bad' });
    for (let i = 1; i <= 20; i++) await b.send({ id: String(i) });
    await settled(b);
    expect(ids(b.calls, 'web')).toHaveLength(21);
  });

  test('events of one subject arrive in order, others need not wait for them', async () => {
    const b = await start({ triggers: [trigger('web')] });
    const release: (() => void)[] = [];
    b.consumers.set('web', ({ id }) =>
      id === 'a1' ? new Promise((resolve) => release.push(() => resolve(202))) : 202,
    );
    await b.send({ id: 'a1', subject: 'a' });
    await b.send({ id: 'a2', subject: 'a' });
    await b.send({ id: 'b1', subject: 'b' });
    await settled(b);
    expect(ids(b.calls, 'web')).toEqual(['a1', 'b1']);
    release[0]?.();
    await settled(b);
    expect(ids(b.calls, 'web')).toEqual(['a1', 'b1', 'a2']);
  });

  test('ordered delivery waits for the retries of the one before of the same partition key', async () => {
    const b = await start({
      triggers: [
        trigger('ordered', [], { retry: 3, backoffDelayMs: 100 }, { ordered: true }),
        trigger('free', [], { retry: 3, backoffDelayMs: 100 }),
      ],
    });
    const failing = () => {
      let failures = 1;
      return ({ id }: Call) => (id === 'a1' && failures-- > 0 ? 503 : 202);
    };
    b.consumers.set('ordered', failing());
    b.consumers.set('free', failing());
    await b.send({ id: 'a1', partitionkey: 'a' });
    await b.send({ id: 'a2', partitionkey: 'a' });
    await b.send({ id: 'b1', partitionkey: 'b' });
    await b.clock.advance(1_000);
    expect(ids(b.calls, 'ordered')).toEqual(['a1', 'b1', 'a1', 'a2']);
    expect(ids(b.calls, 'free')).toEqual(['a1', 'a2', 'b1', 'a1']);
  });

  test('leaves no timer behind once everything is delivered', async () => {
    const b = await start({ triggers: [trigger('web')] });
    await b.send({ id: '1' });
    await b.clock.advance(10_000);
    expect(b.clock.waiting).toBe(0);
    expect(b.brokers.busy()).toBe(false);
  });
});

describe('traces', () => {
  const origin = '00-11111111111111111111111111111111-2222222222222222-01';
  const hop = '00-33333333333333333333333333333333-4444444444444444-01';

  test('continue the hop, keep the origin, and show retries', async () => {
    const b = await start({ triggers: [trigger('web', [], { retry: 2, backoffDelayMs: 10 })] });
    let failures = 1;
    b.consumers.set('web', () => (failures-- > 0 ? 503 : 202));
    await post(b.url, { ...binary, 'ce-traceparent': origin, traceparent: hop }, '{}');
    await b.clock.advance(1_000);
    const [send, process, ...more] = b.telemetry.trace('3'.repeat(32));
    expect(more).toEqual([]);
    expect(send).toMatchObject({
      name: 'send dormouse/default',
      parentId: '4444444444444444',
      attributes: { 'cloudevents.type': 'test', 'cloudevents.event_id': '1' },
    });
    expect(process).toMatchObject({
      name: 'process web',
      kind: 'client',
      parentId: send?.spanId,
      attributes: { 'delivery.attempts': 2, 'delivery.outcome': 'delivered', 'http.response.status_code': 202 },
      events: [{ name: 'retry', attributes: { attempt: 1, cause: 'answered 503', delay_ms: 10 } }],
      links: [{ traceId: '1'.repeat(32), spanId: '2'.repeat(16) }],
    });
    expect(b.calls.map(({ headers }) => [headers.traceparent, headers['ce-traceparent']])).toEqual(
      Array(2).fill([`00-${'3'.repeat(32)}-${process?.spanId}-01`, origin]),
    );
    expect(b.brokers.recent(1)[0]?.trace_id).toBe('1'.repeat(32));
  });

  test('keep their state and baggage, in replies, too; what is too long or not printable stays behind', async () => {
    const b = await start({
      triggers: [
        trigger('web', [], { retry: 1, backoffDelayMs: 60_000 }),
        trigger('late', [{ exact: { type: 'reply' } }]),
      ],
    });
    const carried = { tracestate: 'vendor=1', baggage: 'user=7', 'x-request-id': 'r-1', 'knative-flag': 'on' };
    b.consumers.set('web', () => ({ status: 200, headers: { ...binary, 'ce-type': 'reply', 'ce-id': 'reply' } }));
    await post(b.url, { ...binary, traceparent: hop, ...carried, authorization: 'secret', cookie: 'a=b' }, '{}');
    await settled(b);
    const late = b.calls.find(({ to }) => to === 'late')?.headers;
    for (const headers of [b.calls[0]?.headers, late]) {
      expect(headers).toMatchObject(carried);
      expect([headers?.authorization, headers?.cookie]).toEqual([undefined, undefined]);
    }
    await post(
      b.url,
      { ...binary, 'ce-type': 'reply', tracestate: 'without=parent', baggage: 'x'.repeat(9_000), 'x-request-id': 'é' },
      '{}',
    );
    await settled(b);
    const last = b.calls.findLast(({ to }) => to === 'late')?.headers;
    expect([last?.tracestate, last?.baggage, last?.['x-request-id']]).toEqual([undefined, undefined, undefined]);
  });

  test('end when the Trigger is removed while a retry waits; the event shows it', async () => {
    const b = await start({ triggers: [trigger('web', [], { retry: 5, backoffDelayMs: 60_000 })] });
    b.consumers.set('web', () => 503);
    await post(b.url, { ...binary, traceparent: hop }, '{}');
    await b.clock.advance(0);
    b.brokers.update([brokerOf()], []);
    await b.clock.advance(0);
    expect(b.telemetry.trace('3'.repeat(32)).map(({ name }) => name)).toEqual(['send dormouse/default', 'process web']);
    expect(b.telemetry.trace('3'.repeat(32))[1]).toMatchObject({
      error: true,
      attributes: { 'delivery.attempts': 1, 'delivery.outcome': 'removed' },
    });
    expect(b.brokers.recent(1)[0]?.triggers).toMatchObject([
      { name: 'web', outcome: 'removed', attempts: 1, error: 'answered 503' },
    ]);
    await b.clock.advance(600_000);
    expect(ids(b.calls, 'web')).toHaveLength(1);
    expect(b.clock.waiting).toBe(0);
  });

  test('end once when a removed Trigger’s subscriber answers very late', async () => {
    const b = await start({ triggers: [trigger('web')] });
    let respond = (_: number) => {};
    b.consumers.set('web', () => new Promise((done) => (respond = done)));
    await post(b.url, { ...binary, traceparent: hop }, '{}');
    await b.clock.advance(0);
    b.brokers.update([brokerOf()], []);
    await b.clock.advance(10_000);
    respond(202);
    await b.clock.advance(0);
    expect(b.telemetry.trace('3'.repeat(32)).filter(({ name }) => name === 'process web')).toHaveLength(1);
  });

  test('are not recorded when the caller does not, unless something fails', async () => {
    const b = await start({ triggers: [trigger('web', [], { retry: 0 })] });
    await post(b.url, { ...binary, traceparent: hop.replace(/01$/, '00') }, '{}');
    await settled(b);
    expect(b.telemetry.trace('3'.repeat(32))).toEqual([]);
    b.consumers.set('web', () => 400);
    await post(b.url, { ...binary, traceparent: hop.replace(/01$/, '00') }, '{}');
    await settled(b);
    expect(b.telemetry.trace('3'.repeat(32))).toMatchObject([{ name: 'process web', error: true }]);
  });
});

describe('restarting', () => {
  test('delivers what was left, and nothing twice after a clean stop', async () => {
    const triggers = [trigger('web', [], { retry: 3, backoffDelayMs: 1_000 })];
    const b = await bench({ triggers });
    b.consumers.set('web', ({ id }) => (Number(id) % 3 === 0 ? 503 : 202));
    for (let i = 1; i <= 30; i++) await b.send({ id: String(i) });
    await settled(b);
    await b.close();
    const again = await start({ triggers, stores: b.stores });
    await settled(again);
    expect(ids(again.calls, 'web')).toEqual(['3', '6', '9', '12', '15', '18', '21', '24', '27', '30']);
    expect(again.brokers.recent(100).map(({ id }) => id)).toEqual(Array.from({ length: 30 }, (_, i) => String(30 - i)));
    expect(
      again.brokers.recent(100).every(({ triggers: [web] }) => web?.outcome === 'delivered' && web.attempts === 1),
    ).toBe(true);
  });

  test('after a power loss delivers everything that was answered 202, if need be twice', async () => {
    const b = await bench({ triggers: [trigger('web')], segmentBytes: 2_000 });
    const accepted: string[] = [];
    for (let i = 1; i <= 40; i++) if ((await b.send({ id: String(i) })) === 202) accepted.push(String(i));
    await b.clock.advance(25);
    const again = await b.crash();
    open.push(again);
    await settled(again);
    expect(new Set([...ids(b.calls, 'web'), ...ids(again.calls, 'web')])).toEqual(new Set(accepted));
    expect(accepted).toHaveLength(40);
    expect(outcomes(again).every(([, web]) => web === 'web delivered 1')).toBe(true);
  });

  test('starts every trigger at the oldest event when the list of triggers is lost', async () => {
    const triggers = [trigger('web')];
    const b = await bench({ triggers });
    await b.send({ id: '1' });
    await settled(b);
    await b.close();
    b.stores.get('/brokers/dormouse/default')?.poke('triggers.json', undefined);
    const again = await start({ triggers, stores: b.stores });
    await settled(again);
    expect(ids(again.calls, 'web')).toEqual(['1']);
    expect(again.reports.join()).toContain('the list of triggers is missing');
  });

  test('rejects a log that ends before what had been delivered of it', async () => {
    const b = await start({ triggers: [trigger('web')] });
    for (const id of ['1', '2']) await b.send({ id });
    const store = b.stores.get('/brokers/dormouse/default');
    const [log, end] = ['0000000000000001.log', 'end'].map((name) => store?.peek(name));
    await b.send({ id: '3' });
    await settled(b);
    await b.close();
    store?.poke('0000000000000001.log', log);
    store?.poke('end', end);
    await expect(bench({ stores: b.stores, triggers: [trigger('web')] })).rejects.toThrow(
      /records 3 to 3 had been stored and are missing; restore/,
    );
  });

  test('rejects a damaged log with what to do', async () => {
    const b = await bench();
    await b.send({ id: '1' });
    await b.close();
    const store = b.stores.get('/brokers/dormouse/default');
    const bytes = Buffer.from(store?.peek('0000000000000001.log') ?? []);
    bytes[70] = (bytes[70] as number) ^ 1;
    store?.poke('0000000000000001.log', bytes);
    await expect(bench({ stores: b.stores })).rejects.toThrow(
      /0000000000000001\.log: .* restore the folder from a copy/,
    );
  });
});

describe('changing triggers', () => {
  const { file, line } = { file: 'broker.yaml', line: 1 };
  const broker = { name: 'default', namespace: 'dormouse', class: '', delivery: {}, origin: { file, line } };

  test('a new one starts at the end, a changed one keeps its position, a removed one gets nothing', async () => {
    const b = await start({ triggers: [trigger('old'), trigger('gone')] });
    await b.send({ id: '1' });
    await settled(b);
    b.brokers.update([broker], [trigger('old', [{ exact: { type: 'wanted' } }]), trigger('new')]);
    await b.send({ id: '2' });
    await b.send({ id: '3', type: 'wanted' });
    await settled(b);
    expect(ids(b.calls, 'old')).toEqual(['1', '3']);
    expect(ids(b.calls, 'new')).toEqual(['2', '3']);
    expect(ids(b.calls, 'gone')).toEqual(['1']);
  });

  test('a new one is known on disk before the next event is acknowledged', async () => {
    const b = await bench({ triggers: [] });
    await b.send({ id: '1' });
    b.brokers.update([broker], [trigger('new')]);
    await b.send({ id: '2' });
    const again = await b.crash({ triggers: [trigger('new')] });
    open.push(again);
    await settled(again);
    expect(ids(again.calls, 'new')).toEqual(['2']);
  });

  test('an invalid filter is rejected with its source position, and nothing changes', async () => {
    const b = await start({ triggers: [trigger('web')] });
    const bad = trigger('bad', [{ cesql: 'type =' }]);
    expect(() => b.brokers.update([broker], [bad])).toThrow(ManifestError);
    expect(() => b.brokers.update([broker], [bad])).toThrow(
      'broker.yaml:1: Trigger bad: expected a value instead of the end at character 7',
    );
    await b.send({ id: '1' });
    await settled(b);
    expect(ids(b.calls, 'web')).toEqual(['1']);
  });

  test('a new broker takes events as soon as it is open, a removed one no more', async () => {
    const b = await start();
    const other = b.url.replace('default', 'other');
    b.brokers.update([{ ...broker, name: 'other' }], [trigger('web', [], {}, { broker: 'other' })]);
    await b.clock.advance(0);
    expect((await post(other, binary)).status).toBe(202);
    expect((await post(b.url, binary)).status).toBe(404);
    await settled(b);
    expect(ids(b.calls, 'web')).toEqual(['1']);
  });

  test('a broker that comes back while it is being closed is opened after that, with nothing lost', async () => {
    const b = await start({ triggers: [trigger('web')] });
    const pendingResponses: ((status: number) => void)[] = [];
    b.consumers.set('web', () => new Promise((respond) => pendingResponses.push(respond)));
    await b.send({ id: '1' });
    await b.clock.advance(0);
    b.brokers.update([], []);
    b.brokers.update([broker], [trigger('web')]);
    await b.clock.advance(0);
    expect(await b.send({ id: '2' })).toBe(404);
    pendingResponses.shift()?.(202);
    b.consumers.delete('web');
    await b.clock.advance(0);
    expect(await b.send({ id: '2' })).toBe(202);
    await settled(b);
    expect(ids(b.calls, 'web')).toEqual(['1', '2']);
    expect(b.reports).toEqual([]);
  });

  test('a broker that is removed while it opens is closed again', async () => {
    const b = await start();
    const other = { ...broker, name: 'other' };
    b.brokers.update([broker, other], []);
    b.brokers.update([broker], []);
    await b.clock.advance(0);
    expect((await post(b.url.replace('default', 'other'), binary)).status).toBe(404);
  });
});

describe('keeping events', () => {
  test('old segments go when every trigger is done with them and they are too many', async () => {
    const b = await start({
      triggers: [trigger('web')],
      segmentBytes: 20_000,
      retention: { maxBytes: 60_000, maxAgeMs: 1e12 },
    });
    const bodies = Array.from({ length: 1_500 }, (_, i) => ({
      specversion: '1.0',
      id: String(i + 1),
      source: '/posts',
      type: 'test',
    }));
    for (let i = 0; i < bodies.length; i += 100)
      await post(
        b.url,
        { 'content-type': 'application/cloudevents-batch+json' },
        JSON.stringify(bodies.slice(i, i + 100)),
      );
    await b.clock.advance(1_000);
    await b.send({ id: 'last' });
    await b.clock.advance(1_000);
    const names = (await b.stores.get('/brokers/dormouse/default')?.list()) ?? [];
    expect(names.filter((name) => name.endsWith('.log'))).not.toContain('0000000000000001.log');
    expect(names).not.toContain('0000000000000001.acks');
    expect(b.brokers.recent(2_000)).toHaveLength(1_000);
    expect(ids(b.calls, 'web')).toHaveLength(1_501);
    expect(await b.brokers.find('1400')).toMatchObject([
      { id: '1400', triggers: [{ name: 'web', outcome: 'delivered' }] },
    ]);
  });

  test('old segments go when they are old, but none that a trigger still needs', async () => {
    const triggers = [
      trigger('web'),
      trigger('down', [{ exact: { type: 'down' } }], {
        retry: 1_000,
        backoffDelayMs: 3_600_000,
        backoffPolicy: 'linear',
      }),
    ];
    const b = await start({ triggers, segmentBytes: 20_000, retention: { maxBytes: 1e12, maxAgeMs: 3_600_000 } });
    b.consumers.set('down', () => 503);
    const send = async (first: number, count: number, type: string) => {
      const events = Array.from({ length: count }, (_, i) => ({
        specversion: '1.0',
        id: String(first + i),
        source: '/posts',
        type,
      }));
      for (let i = 0; i < count; i += 100)
        await post(
          b.url,
          { 'content-type': 'application/cloudevents-batch+json' },
          JSON.stringify(events.slice(i, i + 100)),
        );
      await b.clock.advance(1_000);
    };
    const segments = async () =>
      ((await b.stores.get('/brokers/dormouse/default')?.list()) ?? []).filter((name) => name.endsWith('.log')).length;
    await send(1, 1_500, 'test');
    const young = await segments();
    await b.clock.advance(2 * 3_600_000);
    await send(1_501, 1, 'down');
    expect(young).toBeGreaterThan(5);
    const kept = await segments();
    expect(kept).toBeLessThan(young);
    await send(1_502, 1_500, 'test');
    const needed = await segments();
    await b.clock.advance(2 * 3_600_000);
    await send(3_002, 1, 'test');
    expect(await segments()).toBeGreaterThanOrEqual(needed);
    b.consumers.delete('down');
    await b.clock.advance(2 * 3_600_000);
    expect(await segments()).toBeLessThan(needed);
    expect(ids(b.calls, 'web')).toHaveLength(3_002);
  });

  test('old segments of a broker that nobody uses any more go, too, and after a restart', async () => {
    const retention = { maxBytes: 1e12, maxAgeMs: 3_600_000 };
    const b = await bench({ triggers: [trigger('web')], segmentBytes: 20_000, retention });
    const events = Array.from({ length: 3_000 }, (_, i) => ({
      specversion: '1.0',
      id: String(i),
      source: '/posts',
      type: 'test',
    }));
    for (let i = 0; i < 3_000; i += 100)
      await post(
        b.url,
        { 'content-type': 'application/cloudevents-batch+json' },
        JSON.stringify(events.slice(i, i + 100)),
      );
    await b.clock.advance(1_000);
    const segments = async () =>
      ((await b.stores.get('/brokers/dormouse/default')?.list()) ?? []).filter((name) => name.endsWith('.log')).length;
    const young = await segments();
    const again = await b.crash();
    open.push(again);
    await again.clock.advance(1_800_000);
    expect(await segments()).toBe(young);
    await again.clock.advance(1_801_000);
    expect(await segments()).toBeLessThan(young / 2);
    await again.clock.advance(1e9);
    expect(again.clock.waiting).toBe(0);
  });

  test('one event is shown with all that is known of it', async () => {
    const b = await start({ triggers: [trigger('web', [{ exact: { type: 'x' } }]), trigger('all')] });
    await b.send({ id: '1', subject: 's' }, '{"a": 1.0}');
    await settled(b);
    expect((await b.brokers.find('1'))[0]).toMatchObject({
      id: '1',
      attributes: { subject: 's', datacontenttype: 'application/json' },
      data: '{"a": 1.0}',
      filtered: ['web'],
      triggers: [{ name: 'all' }],
    });
    expect(await b.brokers.find('none')).toEqual([]);
  });

  test.each([
    ['are listed', 0],
    ['are older than that', 1_000],
  ])('events of one id and several sources are distinguished when they %s', async (_, later) => {
    const b = await start();
    await b.send({ id: '1', source: '/a' }, '"a"');
    await b.send({ id: '1', source: '/b' }, '"b"');
    const others = Array.from({ length: later }, (_, i) => ({
      specversion: '1.0',
      id: `later ${i}`,
      source: '/c',
      type: 'test',
    }));
    for (let i = 0; i < later; i += 100)
      await post(
        b.url,
        { 'content-type': 'application/cloudevents-batch+json' },
        JSON.stringify(others.slice(i, i + 100)),
      );
    const found = async (source?: string) =>
      (await b.brokers.find('1', source)).map((event) => [event.source, event.data]);
    expect(await found()).toEqual([
      ['/a', '"a"'],
      ['/b', '"b"'],
    ]);
    expect(await found('/a')).toEqual([['/a', '"a"']]);
    expect(await found('/b')).toEqual([['/b', '"b"']]);
    expect(await found('/c')).toEqual([]);
  });
});
