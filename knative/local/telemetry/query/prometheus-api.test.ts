import { describe, expect, test } from 'vitest';
import { seededMetrics } from './metrics.fixture.ts';
import { prometheusApi } from './prometheus-api.ts';

const endMs = Date.parse('2026-01-01T12:00:00Z');
const store = seededMetrics(endMs);
const ask = async (path: string, parameters: Record<string, string> = {}) => {
  const { body } = await prometheusApi(path, new URLSearchParams(parameters), store, endMs);
  return JSON.parse(String(body)) as { status: string; data: never; error?: string; errorType?: string };
};
const value = async (query: string) => {
  const { data, error } = await ask('query', { query, time: String(endMs / 1_000) });
  if (error) throw new Error(error);
  return (data as { result: { metric: Record<string, string>; value: [number, string] }[] }).result;
};
const numbers = async (query: string) => (await value(query)).map(({ value: [, text] }) => Number(text));

describe('Prometheus’ API over what is kept', () => {
  test('a selector gives the last value of each series within five minutes', async () => {
    expect(await value('process_cpu_time_seconds_total{service_name="posts", cpu_mode=~"user|none"}')).toEqual([
      {
        metric: {
          __name__: 'process_cpu_time_seconds_total',
          job: 'dormouse/posts',
          instance: 'posts-a',
          service_name: 'posts',
          cpu_mode: 'user',
        },
        value: [endMs / 1_000, '15'],
      },
    ]);
    expect(await numbers('count({__name__="process_memory_usage_bytes", service_name="web"})')).toEqual([3]);
    expect(await numbers('process_cpu_time_seconds_total{service_name="web", instance="web-0"}')).toEqual([]);
  });

  test('predict_linear goes on by the slope of deriv, and stays where nothing changes', async () => {
    const of = 'process_memory_usage_bytes[3m]';
    const [later, now, slope] = [
      await numbers(`predict_linear(${of}, 60)`),
      await numbers(`predict_linear(${of}, 0)`),
      await numbers(`deriv(${of})`),
    ];
    expect(later.length).toBeGreaterThan(0);
    for (const [at, value] of later.entries()) expect(value - now[at]!).toBeCloseTo(slope[at]! * 60, 3);
    // A line through the evaluation itself: 1 a second, known at its end.
    expect(await numbers('predict_linear((vector(time()))[2m:10s], 60) - time()')).toEqual([60]);
    expect(await numbers('predict_linear((vector(7))[2m:10s], 60)')).toEqual([7]);
  });

  test('count_values counts values, which become a label', async () => {
    const of =
      '(vector(1) or label_replace(vector(1), "a", "b", "", "") or label_replace(vector(2.5), "a", "c", "", ""))';
    const found = (await value(`count_values("v", ${of})`)).map(({ metric, value: [, text] }) => [metric, text]);
    expect(found).toEqual([
      [{ v: '1' }, '2'],
      [{ v: '2.5' }, '1'],
    ]);
    expect(await value(`count_values by (a) ("v", ${of})`)).toHaveLength(3);
    for (const wrong of ['count_values(vector(1))', 'count_values("1a", vector(1))', 'count_values(1, vector(1))'])
      expect(await ask('query', { query: wrong })).toMatchObject({ errorType: 'bad_data' });
  });

  test('ranges are open at their begin, an offset moves them', async () => {
    expect(
      await numbers('count_over_time(process_cpu_time_seconds_total{service_name="posts", cpu_mode="user"}[1m])'),
    ).toEqual([6]);
    expect(
      await numbers(
        'last_over_time(process_cpu_time_seconds_total{service_name="posts", cpu_mode="user"}[1m] offset 2m)',
      ),
    ).toEqual([12]);
  });

  test.each([
    ['1 + 2 * 3 ^ 2', '19'],
    ['-2 ^ 2', '-4'],
    ['7 % 4 > bool 2', '1'],
    ['time()', String(endMs / 1_000)],
    ['scalar(vector(4)) / 0', '+Inf'],
  ])('%s is %s', async (query, expected) => {
    expect((await ask('query', { query })).data).toMatchObject({
      resultType: 'scalar',
      result: [endMs / 1_000, expected],
    });
  });

  test.each<[string, number[]]>([
    ['vector(1) + vector(2)', [3]],
    ['absent(nothing)', [1]],
    ['absent(process_memory_usage_bytes)', []],
    ['absent_over_time(nothing{a="b"}[5m])', [1]],
    ['vector(1) and on() vector(2)', [1]],
    ['vector(1) unless vector(2)', []],
    ['vector(1) or vector(2)', [1]],
    ['vector(3) > 2', [3]],
    ['2 > vector(3)', []],
    ['vector(3) > bool 4', [0]],
    ['max_over_time(vector(1)[5m:1m])', [1]],
    ['clamp_max(vector(7), 5)', [5]],
    ['quantile(0.5, process_memory_usage_bytes{service_name="posts"})', [54e6]],
    ['sum(label_replace(vector(1), "a", "$1", "", "(.*)"))', [1]],
  ])('%s is %j', async (query, expected) => {
    expect(await numbers(query)).toEqual(expected);
  });

  test('one side may have many when it says so, and takes labels over', async () => {
    const [first] = await value(
      'process_cpu_time_seconds_total{service_name="posts"} / on (instance) group_left (job) process_memory_usage_bytes{service_name="posts"}',
    );
    expect(first?.metric).toEqual({
      job: 'dormouse/posts',
      instance: 'posts-a',
      service_name: 'posts',
      cpu_mode: 'user',
    });
    await expect(
      value(
        'process_cpu_time_seconds_total{service_name="posts"} / on (instance) process_memory_usage_bytes{service_name="posts"}',
      ),
    ).rejects.toThrow('group_left');
  });

  test.each([
    ['sum(', 400, 'not understood'],
    ['x @ 3', 400, '@'],
    ['holt_winters(x[5m], 1, 1)', 400, 'not understood'],
    ['mad_over_time(x[5m])', 400, 'mad_over_time'],
    ['rate(process_memory_usage_bytes)', 400, 'range vector'],
    ['x[5 apples]', 400, 'not understood'],
    ['{a=~"("}', 400, 'regular expression'],
    ['', 400, 'empty'],
  ])('says in Prometheus’ words what is not understood: %s', async (query, status, words) => {
    const response = await ask('query', { query });
    expect(response).toMatchObject({ status: 'error', errorType: 'bad_data' });
    expect((await prometheusApi('query', new URLSearchParams({ query }), store)).status).toBe(status);
    expect(response.error).toContain(words);
  });

  test('over a range: a value each step, of series that come and go', async () => {
    const { data } = await ask('query_range', {
      query: 'sum by (service_name) (process_memory_usage_bytes)',
      start: String(endMs / 1_000 - 600),
      end: '2026-01-01T12:00:00Z',
      step: '1m',
    });
    const { result } = data as { result: { metric: object; values: unknown[] }[] };
    expect(result.map(({ metric, values }) => [metric, values.length])).toEqual([
      [{ service_name: 'posts' }, 11],
      [{ service_name: 'web' }, 11],
    ]);
    expect((await ask('query_range', { query: 'x', start: '0', end: '100000', step: '1' })).error).toContain('11000');
  });

  test('what clients ask to offer a choice', async () => {
    expect((await ask('labels')).data).toContain('http_route');
    expect((await ask('label/service_name/values')).data).toEqual(['posts', 'web']);
    expect((await ask('label/le/values', { 'match[]': 'http_server_request_duration_seconds_bucket' })).data).toContain(
      '+Inf',
    );
    expect((await ask('series', { 'match[]': 'process_memory_usage_bytes{service_name="posts"}' })).data).toHaveLength(
      1,
    );
    expect((await ask('metadata')).data).toMatchObject({
      process_memory_usage_bytes: [{ type: 'gauge' }],
      http_server_request_duration_seconds: [{ type: 'histogram' }],
    });
    expect((await ask('status/buildinfo')).data).toHaveProperty('version');
    expect(await ask('nothing')).toMatchObject({ status: 'error', errorType: 'not_found' });
  });
});
