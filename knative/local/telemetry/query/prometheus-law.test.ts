import { count } from '@dormouse/observability/grafana/promql';
import { filled } from '@dormouse/observability/grafana/queries';
import { needs } from '@dormouse/tests/needs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededMetrics } from './metrics.fixture.ts';
import { type Found, type PrometheusOfStore, prometheusOf } from './prometheus.fixture.ts';
import { prometheusApi } from './prometheus-api.ts';

const endMs = Date.parse('2026-01-01T12:00:00Z');
const store = seededMetrics(endMs, 30);
/** Between samples: whether a range holds its begin depends on the version of Prometheus. */
const instants = [1_230_700, 613_300, 253_700, 101_900, 3_700].map((before) => (endMs - before) / 1_000);
const http = 'http_server_request_duration_seconds';

const queries = [
  'process_memory_usage_bytes',
  `rate(${http}_count[5m])`,
  `increase(${http}_count{service_name="web"}[2m])`,
  'irate(process_cpu_time_seconds_total[1m])',
  'delta(process_memory_usage_bytes[3m])',
  'idelta(process_memory_usage_bytes[3m])',
  'deriv(process_memory_usage_bytes[3m])',
  'predict_linear(process_memory_usage_bytes[3m], 3600)',
  'predict_linear(process_memory_usage_bytes[3m] offset 1m, 60)',
  'count_values("bytes", process_memory_usage_bytes)',
  'count_values by (service_name) ("bytes", process_memory_usage_bytes)',
  'count_values without (instance) ("bytes", process_memory_usage_bytes)',
  'changes(process_memory_usage_bytes[3m])',
  'resets(process_memory_usage_bytes[3m])',
  `histogram_quantile(0.95, sum by (http_route, le) (rate(${http}_bucket[5m])))`,
  `histogram_quantile(0.5, sum by (le) (rate(${http}_bucket[1m])))`,
  `histogram_quantile(0.999, ${http}_bucket)`,
  `(sum(rate(${http}_count{http_response_status_code=~"5.."}[5m])) or 0 * sum(rate(${http}_count[5m]))) / sum(rate(${http}_count[5m]))`,
  `sum without (instance, le) (${http}_bucket{le!="+Inf"})`,
  'topk(2, process_memory_usage_bytes)',
  'avg by (service_name) (process_memory_usage_bytes)',
  'quantile(0.3, process_memory_usage_bytes)',
  'stddev(process_memory_usage_bytes)',
  'max_over_time(process_memory_usage_bytes[5m]) - min_over_time(process_memory_usage_bytes[5m])',
  'avg_over_time(process_memory_usage_bytes[5m])',
  'stddev_over_time(process_memory_usage_bytes[5m])',
  'quantile_over_time(0.9, process_memory_usage_bytes[5m])',
  'sum_over_time(process_cpu_time_seconds_total[2m] offset 1m)',
  'process_memory_usage_bytes - process_memory_usage_bytes offset 1m',
  '2 * -process_memory_usage_bytes offset 1m + process_memory_usage_bytes',
  'process_cpu_time_seconds_total{cpu_mode="user"} / ignoring (cpu_mode) process_cpu_time_seconds_total{cpu_mode="system"}',
  'process_cpu_time_seconds_total / on (instance) group_left process_memory_usage_bytes',
  'process_memory_usage_bytes > bool 52e6',
  'process_memory_usage_bytes > 52e6 and on (service_name) process_cpu_time_seconds_total',
  'process_memory_usage_bytes unless on (instance) process_cpu_time_seconds_total{service_name="web"}',
  'count(process_memory_usage_bytes > 0) or vector(0)',
  'absent(nothing{a="b", c=~"d"})',
  'max_over_time(sum(rate(process_cpu_time_seconds_total[1m]))[5m:1m])',
  'label_replace(process_memory_usage_bytes, "short", "$1", "instance", "(.)[^-]*-(.*)")',
  '-process_memory_usage_bytes % 7',
  'clamp(process_memory_usage_bytes, 51e6, 53e6)',
  filled(count(`${http}_count`, ['service_name']), { step: 60, range: 407, of: '' }),
];

const sorted = (found: readonly Found[]) =>
  found
    .map(({ metric, value }) => ({
      labels: JSON.stringify(Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1))),
      value: Number(value[1]),
    }))
    .sort((a, b) => (a.labels < b.labels ? -1 : 1));

describe('PromQL here gives what Prometheus gives', needs('prometheus', 'promtool'), () => {
  let prometheus: PrometheusOfStore;
  beforeAll(async () => {
    prometheus = await prometheusOf(store, endMs);
  });
  afterAll(() => prometheus?.stop());

  test.each(queries)('%s', async (query) => {
    for (const time of instants) {
      const parameters = new URLSearchParams({ query, time: String(time) });
      const theirs = await prometheus.query(query, time);
      const ours = JSON.parse(String((await prometheusApi('query', parameters, store, endMs)).body)) as {
        data: { result: Found[] };
        error?: string;
      };
      expect(ours.error).toBeUndefined();
      const [expected, made] = [sorted(theirs), sorted(ours.data.result)];
      expect(made.map(({ labels }) => labels)).toEqual(expected.map(({ labels }) => labels));
      for (const [i, { value }] of expected.entries()) {
        if (Number.isNaN(value)) expect(made[i]?.value).toBeNaN();
        else expect(Math.abs((made[i]?.value as number) - value)).toBeLessThanOrEqual(Math.abs(value) * 1e-9);
      }
    }
  });

  test('data is there at all: most queries find something', async () => {
    const found = await Promise.all(queries.map((query) => prometheus.query(query, instants[4]!)));
    expect(found.filter(({ length }) => length > 0).length).toBeGreaterThan(queries.length - 4);
  });
});
