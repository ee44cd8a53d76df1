import { expect } from 'vitest';
import type { Call, Receiver, ResponseSpec } from './receiver.ts';
import { accepted, asHeaders, attributesOf, type Check, gaps, type Tools } from './tools.ts';

const shortDelay = { retry: 2, backoffPolicy: 'exponential', backoffDelay: 'PT0.1S' };

/** Attempts that an answer causes when two retries are allowed, until nothing more comes. */
async function attemptsAt(
  t: Tools,
  response: ResponseSpec,
  delivery: Record<string, string | number> = shortDelay,
): Promise<Call[]> {
  const consumer = await t.consumer({ spec: { delivery }, respond: () => response });
  accepted(await t.send());
  await t.arrived(consumer);
  await t.target.quiet();
  return consumer.calls;
}

const again = (...responses: ResponseSpec[]): Check => {
  return async (t) => {
    for (const response of responses) expect(await attemptsAt(t, response), String(response)).toHaveLength(3);
  };
};
const final = (...responses: ResponseSpec[]): Check => {
  return async (t) => {
    for (const response of responses) expect(await attemptsAt(t, response), JSON.stringify(response)).toHaveLength(1);
  };
};

/** The distances of `waits.length` retries, in ms, at most. */
function distances(
  delivery: Record<string, string | number>,
  waits: readonly [min: number, max: number][],
  response: ResponseSpec = 500,
): Check {
  return async (t) => {
    const consumer = await t.consumer({
      spec: { delivery: { retry: waits.length, ...delivery } },
      respond: () => response,
    });
    accepted(await t.send());
    const got = gaps(await t.arrived(consumer, waits.length + 1));
    for (const [i, [min, max]] of waits.entries()) {
      expect(got[i]).toBeGreaterThanOrEqual(min * 0.95);
      expect(got[i]).toBeLessThanOrEqual(max + t.target.slackMs);
    }
  };
}

async function withSink(
  t: Tools,
  respond: Receiver['respond'],
  sinkRespond: Receiver['respond'] = () => 202,
  delivery: Record<string, string | number> = { retry: 0 },
) {
  const sink = await t.consumer({ spec: { filters: [{ exact: { type: 'none' } }] }, respond: sinkRespond });
  const consumer = await t.consumer({
    spec: { delivery: { ...delivery, deadLetterSink: { uri: sink.url } } },
    respond,
  });
  return { sink, consumer };
}

const growing = distances({ backoffPolicy: 'exponential', backoffDelay: 'PT0.5S' }, [
  [500, 500],
  [1_000, 1_000],
  [2_000, 2_000],
]);
const redirects: Check = async (t) => {
  const elsewhere = await t.consumer({ spec: { filters: [{ exact: { type: 'none' } }] } });
  for (const status of [301, 302, 307, 308])
    expect(await attemptsAt(t, { status, headers: { location: elsewhere.url } })).toHaveLength(1);
  expect(elsewhere.calls).toEqual([]);
};

/** What is tried again, when, how often, and what becomes of it in the end. */
export const retrying: Readonly<Record<string, Check>> = {
  'dp.unknown-code': again(600, 799),
  'dp.200': final(200),
  'dp.202': final(202),
  'dp.2xx': final(201, 204, 206, 299),
  async 'dp.1xx'(t) {
    await final({ status: 202, before: 103 })(t);
    expect(await attemptsAt(t, 101)).toHaveLength(1);
    const { sink } = await withSink(t, () => 101);
    accepted(await t.send());
    expect(attributesOf((await t.arrived(sink))[0]!).knativeerrorcode).toBe('101');
  },
  'dp.3xx': redirects,
  'hook.no-redirect': redirects,
  'dp.400': final(400),
  'dp.404': again(404),
  'dp.409': again(409),
  'dp.429': again(429),
  'dp.4xx': final(401, 403, 405, 410, 413, 415, 422, 451),
  'dp.5xx': again(500, 501, 502, 503, 504),
  'kn.408': again(408),
  'kn.unreachable': async (t) => {
    await again('break off')(t);
    const consumer = await t.consumer({ spec: { delivery: { ...shortDelay, retry: 20 } }, respond: () => 202 });
    const closed = await withSink(t, () => 202);
    closed.consumer.close();
    accepted(await t.send());
    expect(attributesOf((await t.arrived(closed.sink))[0]!).knativeerrordest).toBe(closed.consumer.url);
    await t.arrived(consumer);
  },
  'kn.timeout': async (t) =>
    expect(await attemptsAt(t, 'hang', { ...shortDelay, timeout: 'PT0.2S' })).not.toHaveLength(1),
  'dp.reattempt': again(503),
  'dp.broker-retries': again(500),
  'cp.retry': again(500),
  async 'cp.retry-count'(t) {
    for (const retry of [0, 1, 4]) expect(await attemptsAt(t, 500, { ...shortDelay, retry })).toHaveLength(retry + 1);
  },
  'dp.congestion': growing,
  'cp.exponential': growing,
  'cp.linear': distances({ backoffPolicy: 'linear', backoffDelay: 'PT0.5S' }, [
    [0, 500],
    [500, 500],
    [500, 1_000],
  ]),
  'kn.retry-after': async (t) => {
    const delivery = { backoffPolicy: 'exponential', backoffDelay: 'PT0.1S', retryAfterMax: 'PT5S' };
    for (const status of [429, 503])
      await distances(delivery, [[2_000, 2_000]], { status, headers: { 'retry-after': '2' } })(t);
    const date = new Date(Math.ceil(t.target.now() / 1_000) * 1_000 + 4_000).toUTCString();
    await distances(delivery, [[2_000, 5_000]], { status: 503, headers: { 'retry-after': date } })(t);
    await distances(delivery, [[100, 100]], { status: 500, headers: { 'retry-after': '2' } })(t);
    await distances({ ...delivery, backoffDelay: 'PT3S' }, [[3_000, 3_000]], {
      status: 429,
      headers: { 'retry-after': '2' },
    })(t);
  },
  'kn.retry-after-max': async (t) => {
    const response = { status: 429, headers: { 'retry-after': '60' } };
    await distances(
      { backoffPolicy: 'exponential', backoffDelay: 'PT0.1S', retryAfterMax: 'PT2S' },
      [[2_000, 2_000]],
      response,
    )(t);
    await distances(
      { backoffPolicy: 'exponential', backoffDelay: 'PT0.1S', retryAfterMax: 'PT0S' },
      [[100, 100]],
      response,
    )(t);
  },
  async 'cp.dead-letter'(t) {
    const { sink } = await withSink(t, () => 422);
    const event = t.event({ subject: 'a', ext: 'b' });
    accepted(await t.post({ headers: { ...asHeaders(event), 'content-type': 'text/plain' }, body: 'data' }));
    const [dead] = await t.arrived(sink);
    expect([attributesOf(dead!), dead!.body.toString()]).toMatchObject([event, 'data']);
  },
  async 'cp.no-sink'(t) {
    const consumer = await t.consumer({
      spec: { delivery: { retry: 0 } },
      respond: ({ headers }) => (headers['ce-ext'] === 'bad' ? 400 : 202),
    });
    for (const ext of ['bad', 'good']) accepted(await t.send({ ext }));
    expect((await t.arrived(consumer, 2)).map(({ headers }) => headers['ce-ext']).sort()).toEqual(['bad', 'good']);
  },
  async 'cp.dead-letter-retry'(t) {
    let failures = 2;
    const { sink } = await withSink(
      t,
      () => 400,
      () => (failures-- > 0 ? 503 : 202),
      shortDelay,
    );
    accepted(await t.send());
    await t.arrived(sink, 3);
    await t.target.quiet();
    expect(sink.calls).toHaveLength(3);
    expect(gaps(sink.calls)[1]).toBeGreaterThanOrEqual(190);
  },
  async 'cp.own-delivery'(t) {
    const consumer = await t.consumer({ spec: { delivery: { retry: 3 } }, respond: () => 500 });
    accepted(await t.send());
    const calls = await t.arrived(consumer, 4);
    expect(calls.at(-1)!.atMs - calls[0]!.atMs).toBeLessThan(30_000);
  },
  async 'kn.error-attributes'(t) {
    const { sink, consumer } = await withSink(t, () => ({ status: 422, body: 'no such post' }));
    accepted(await t.send());
    const { knativeerrordest, knativeerrorcode, knativeerrordata } = attributesOf((await t.arrived(sink))[0]!);
    expect([knativeerrordest, knativeerrorcode]).toEqual([consumer.url, '422']);
    expect(Buffer.from(knativeerrordata!, 'base64').toString()).toBe('no such post');
  },
  async 'kn.error-data'(t) {
    const { sink } = await withSink(t, () => ({ status: 400, body: 'long'.repeat(1_000) }));
    accepted(await t.send());
    const { knativeerrordata } = attributesOf((await t.arrived(sink))[0]!);
    expect(knativeerrordata!.length).toBeLessThanOrEqual(1024);
    expect(Buffer.from(knativeerrordata!, 'base64').toString()).toMatch(/^(long){100,}/);
  },
};
