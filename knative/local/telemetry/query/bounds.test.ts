import { describe, expect, test } from 'vitest';
import { MetricStore } from '../metric-store.ts';
import { type SpanRecord, TraceStore } from '../traces.ts';
import { prometheusApi } from './prometheus-api.ts';
import { tempoQuery } from './tempo-api.ts';
import { TempoQueryError } from './tempo-query-error.ts';
import { spanTest } from './traceql.ts';
import { inTurns, QueryTimeoutError } from './turns.ts';

const nowMs = Date.parse('2026-01-01T12:00:00Z');
const family = { name: 'size', kind: 'gauge', unit: 'By', description: '' } as const;
/** Expressions that a backtracking matcher tries in exponentially many ways, and a text that none of them matches. */
const exponential = ['(a+)+b', '(a|a)*b', '(a*)*b', '(\\w+\\s?)+x', '^(([a-z])+.)+[A-Z]([a-z])+$'];
const victim = 'a'.repeat(50_000);

function storeOf(series: number, samples = 1, long = 'a'): MetricStore {
  const store = new MetricStore({ bytes: 256 * 1024 * 1024 });
  for (let n = 0; n < series; n++)
    for (let at = samples - 1; at >= 0; at--)
      store.add({ family, labels: { n: String(n), long }, timeMs: nowMs - at * 10_000, value: n });
  return store;
}

const store = storeOf(1, 1, victim);
const ask = async (path: string, parameters: Record<string, string>, of = store) => {
  const { status, body } = await prometheusApi(path, new URLSearchParams(parameters), of, nowMs);
  const parsed = JSON.parse(body) as { errorType?: string; error?: string; data?: { result: unknown[] } };
  return { ...parsed, status };
};
const query = (text: string, of = store) => ask('query', { query: text, time: String(nowMs / 1_000) }, of);

describe('a regular expression of a query', () => {
  test.each(exponential)('%s takes linear time in PromQL', async (expression) => {
    const quoted = JSON.stringify(expression);
    expect((await query(`size_bytes{long=~${quoted}}`)).data?.result).toEqual([]);
    expect((await query(`size_bytes{long!~${quoted}}`)).data?.result).toHaveLength(1);
    expect((await ask('series', { 'match[]': `{long=~${quoted}}` })).data).toEqual([]);
    expect((await query(`label_replace(size_bytes, "to", "$1", "long", ${quoted})`)).data?.result).toHaveLength(1);
  });

  test.each(exponential)('%s takes linear time in TraceQL', (expression) => {
    const span: SpanRecord = {
      ...{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: victim, kind: 'server', service: 'web' },
      ...{ startMs: nowMs, durationMs: 1, attributes: {} },
    };
    const traces = new TraceStore();
    traces.add(span);
    const found = [...drain(traces.search({ test: spanTest(`{ name =~ ${JSON.stringify(expression)} }`) }))];
    expect(found).toEqual([]);
  });

  test('that RE2 does not know, or that is very large, is refused by its name', async () => {
    for (const [expression, words] of [
      ['(?=a)', 'is no regular expression'],
      ['(a)\\1', 'is no regular expression'],
      ['a{1001}', 'is no regular expression'],
      ['(?:a{100}){100}', 'is no regular expression'],
      ['a'.repeat(1_001), 'may have 1000 characters'],
      [Array.from({ length: 20 }, (_, n) => `[${n % 10}-${n < 10 ? 'x' : 'y'}]{900}`).join('|'), 'too large'],
      ['x{1000}'.repeat(20), 'too large'],
      [`(${'a'.repeat(900)}){1000}`, 'too large'],
    ] as const) {
      const quoted = JSON.stringify(expression);
      expect(await query(`size_bytes{n=~${quoted}}`)).toMatchObject({ status: 400, errorType: 'bad_data' });
      expect((await query(`size_bytes{n=~${quoted}}`)).error).toContain(words);
      expect(() => spanTest(`{ name =~ ${quoted} }`)).toThrow(TempoQueryError);
    }
  });

  test('matches a whole value, line ends too, and fills a label by number and by name', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is PromQL's
    const filled = '<$1.${2}.${x}$9>';
    expect(
      (await query(`label_replace(size_bytes, "to", "${filled}", "n", "(?P<x>.)(.*)")`)).data?.result,
    ).toMatchObject([{ metric: { to: '<0..0>' } }]);
    expect((await query('size_bytes{n=~""}')).data?.result).toEqual([]);
    expect((await query('size_bytes{nothing=~".*"}')).data?.result).toHaveLength(1);
    expect(
      (
        await query(
          'label_replace(size_bytes, "to", "a\\nb", "n", ".*") == on (to) group_left () label_replace(label_replace(size_bytes, "to", "a\\nb", "n", ".*"), "to", "$0", "to", ".*")',
        )
      ).data?.result,
    ).toHaveLength(1);
  });
});

const drain = function* <T>(steps: Generator<void, T[]>): Generator<T> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return yield* value;
  }
};

describe('a query is counted before it is evaluated', () => {
  test.each([
    ['count_over_time(vector(1)[100d:1ms])', '8,640,000,000 points'],
    ['max_over_time(max_over_time(vector(1)[1d:1s])[1d:1s])', '7,464,960,000 points'],
    ['vector(1) + count_over_time(vector(1)[20m:1ms])', '1,200,000 points'],
    ['sum(-count_over_time(vector(1)[20m:1ms]))', '1,200,000 points'],
  ])('%s is refused', async (text, words) => {
    const { status, error } = await query(text);
    expect({ status, error }).toEqual({ status: 400, error: expect.stringContaining(words) });
  });

  test('at each of its steps, when it is asked for over a range', async () => {
    const over = { start: String(nowMs / 1_000 - 10_000), end: String(nowMs / 1_000), step: '1' };
    expect((await ask('query_range', { ...over, query: 'count_over_time(vector(1)[2h:10s])' })).error).toContain(
      '7,200,720 points',
    );
    expect((await ask('query_range', { ...over, query: 'count_over_time(vector(1)[1m:10s])' })).status).toBe(200);
  });

  test('and the values that it holds while it is', async () => {
    const many = storeOf(600);
    const held = await query('count_over_time((size_bytes offset -5m)[5m:100ms])', many);
    expect([held.status, held.error]).toEqual([400, expect.stringMatching(/subqueries give more than 500,000 values/)]);
    const over = { start: String(nowMs / 1_000), end: String(nowMs / 1_000 + 290), step: '0.1' };
    const result = await ask('query_range', { query: 'size_bytes', ...over }, many);
    expect([result.status, result.error]).toEqual([400, expect.stringMatching(/more than 500000 points/)]);
  });

  test('values of a subquery may be many', async () => {
    for (const name of ['min', 'max', 'stddev', 'sum'])
      expect((await query(`${name}_over_time(vector(1)[30s:1ms])`)).status).toBe(200);
  });
});

describe('a query ends', () => {
  test.each([
    ['a step of no length', { start: '0', end: '0', step: '1e-9' }],
    ['a step of nothing', { start: '0', end: '0', step: '0s' }],
    ['instants without end', { start: '1e308', end: '1e308', step: '1' }],
    ['instants that a step cannot move', { start: '1e300', end: '1e300', step: '1' }],
  ])('that has %s: it is refused', async (_, over) => {
    expect((await ask('query_range', { query: 'vector(1)', ...over })).status).toBe(400);
  });

  test.each([
    ['a subquery whose step is nothing', 'count_over_time(vector(1)[5m:0.0000001])'],
    ['a range of a million years', 'count_over_time(vector(1)[1m:1ms] offset 1000000y)'],
    ['parentheses without end', `${'('.repeat(4_000)}1${')'.repeat(4_000)}`],
    ['operators without end', `1${' + 1'.repeat(1_000)}`],
    ['selectors without end', Array.from({ length: 60 }, () => 'max(a or b)').join(' or ')],
    ['very many characters', `"${'a'.repeat(10_000)}"`],
    ['labels that double', `${'label_replace('.repeat(40)}size_bytes${', "to", "$1$1", "long", "(.*)")'.repeat(40)}`],
  ])('that has %s: it is refused', async (_, text) => {
    expect(await query(text)).toMatchObject({ status: 400, errorType: 'bad_data' });
  });

  test('of TraceQL too', async () => {
    expect(() => spanTest(`{ ${'('.repeat(1_000)}kind = server${')'.repeat(1_000)} }`)).toThrow('nested');
    expect(() => spanTest(`{ name = "${'\\"'.repeat(3_000)} }`)).toThrow('characters');
    await expect(tempoQuery(new URLSearchParams({ tags: 'a'.repeat(5_000) }))).rejects.toThrow('characters');
  });
});

/** As much as a platform keeps. */
const full = storeOf(900, 340);

/** The longest stretch of some work in which nothing else could be done, in CPU time of this thread, ms. */
async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  let [isDone, longest] = [false, 0];
  const finished = work().finally(() => (isDone = true));
  for (let before = process.threadCpuUsage(); !isDone; before = process.threadCpuUsage()) {
    await new Promise(setImmediate);
    const { user, system } = process.threadCpuUsage(before);
    longest = Math.max(longest, (user + system) / 1e3);
  }
  await finished;
  return longest;
}

describe('the work of queries', () => {
  test('leaves the event loop to others, and ends in time', async () => {
    let steps = 0;
    let others = 0;
    const other = setInterval(() => others++, 1);
    const endless = function* (): Generator<void, never> {
      for (;;) {
        steps++;
        yield;
      }
    };
    await expect(inTurns(endless(), 400)).rejects.toThrow(QueryTimeoutError);
    clearInterval(other);
    expect(steps).toBeGreaterThan(1_000);
    expect(others).toBeGreaterThan(5);
  });

  test.each([
    'quantile_over_time(0.9, size_bytes[1h])',
    'stddev_over_time(size_bytes[1h])',
    'max_over_time(sum(rate(size_bytes[1m]))[50m:30s])',
    'count(size_bytes{n=~"(1|2)+.*"})',
  ])('lets others wait less than 100 ms, whatever the store holds: %s', async (text) => {
    const longest: number[] = [];
    for (let n = 0; n < 5 && !(Math.min(...longest) < 100); n++)
      longest.push(await longestTurn(() => query(text, full)));
    expect(Math.min(...longest)).toBeLessThan(100);
  });

  test('leaves most of the time to others that are busy', async () => {
    let going = true;
    let rounds = 0;
    const busy = () => {
      for (const end = performance.now() + 1; performance.now() < end; );
      rounds++;
      if (going) setImmediate(busy);
    };
    const turns = 20;
    const work = function* (): Generator<void, void> {
      for (let n = 0; n < turns; n++) {
        for (const end = performance.now() + 3; performance.now() < end; );
        yield;
      }
    };
    busy();
    await inTurns(work());
    going = false;
    expect(rounds / turns).toBeGreaterThan(4);
  });

  test('goes on after one that failed', async () => {
    const failing = function* (): Generator<void, number> {
      yield;
      throw new Error('no');
    };
    const fine = function* (): Generator<void, number> {
      yield;
      return 5;
    };
    const both = [inTurns(failing()), inTurns(fine())] as const;
    await expect(both[0]).rejects.toThrow('no');
    expect(await both[1]).toBe(5);
  });
});
