import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@dormouse/local/platform.fixture';
import { freePort } from '@dormouse/serving/process/free-port';
import { needs } from '@dormouse/tests/needs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededMetrics } from './metrics.fixture.ts';
import { prometheusApi } from './prometheus-api.ts';
import { exposition } from './prometheus-text.ts';

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
];

interface Found {
  metric: Record<string, string>;
  value: [number, string];
}

const sorted = (found: readonly Found[]) =>
  found
    .map(({ metric, value }) => ({
      labels: JSON.stringify(Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1))),
      value: Number(value[1]),
    }))
    .sort((a, b) => (a.labels < b.labels ? -1 : 1));

describe('PromQL here gives what Prometheus gives', needs('prometheus', 'promtool'), () => {
  let folder: string;
  let program: ChildProcess;
  let url = '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dormouse-prometheus-'));
    writeFileSync(join(folder, 'metrics.txt'), exposition(store, { nowMs: endMs, openMetrics: true, all: true }));
    writeFileSync(join(folder, 'prometheus.yml'), '');
    execFileSync('promtool', [
      'tsdb',
      'create-blocks-from',
      'openmetrics',
      join(folder, 'metrics.txt'),
      join(folder, 'data'),
    ]);
    url = `127.0.0.1:${await freePort()}`;
    const flags = [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      '--storage.tsdb.retention.time=100y',
    ];
    program = spawn('prometheus', [...flags, `--web.listen-address=${url}`], { stdio: 'ignore' });
    await eventually(
      async () => (await fetch(`http://${url}/-/ready`).catch(() => undefined))?.ok ?? false,
      'Prometheus is ready',
      60,
    );
  });
  afterAll(() => {
    program?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(queries)('%s', async (query) => {
    for (const time of instants) {
      const parameters = new URLSearchParams({ query, time: String(time) });
      const theirs = (await (await fetch(`http://${url}/api/v1/query?${parameters}`)).json()) as {
        data: { result: Found[] };
      };
      const ours = JSON.parse(String((await prometheusApi('query', parameters, store, endMs)).body)) as {
        data: { result: Found[] };
        error?: string;
      };
      expect(ours.error).toBeUndefined();
      const [expected, made] = [sorted(theirs.data.result), sorted(ours.data.result)];
      expect(made.map(({ labels }) => labels)).toEqual(expected.map(({ labels }) => labels));
      for (const [i, { value }] of expected.entries()) {
        if (Number.isNaN(value)) expect(made[i]?.value).toBeNaN();
        else expect(Math.abs((made[i]?.value as number) - value)).toBeLessThanOrEqual(Math.abs(value) * 1e-9);
      }
    }
  });

  test('data is there at all: most queries find something', async () => {
    const found = await Promise.all(
      queries.map((query) =>
        fetch(`http://${url}/api/v1/query?${new URLSearchParams({ query, time: String(instants[4]) })}`).then((r) =>
          r.json(),
        ),
      ),
    );
    expect(
      found.filter((each) => (each as { data: { result: unknown[] } }).data.result.length > 0).length,
    ).toBeGreaterThan(queries.length - 4);
  });
});
