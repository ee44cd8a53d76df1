import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@dormouse/local/platform.fixture';
import { freePort } from '@dormouse/serving/process/free-port';
import type { MetricStore } from '../metric-store.ts';
import { exposition } from './prometheus-text.ts';

/** An element of an instant vector, as Prometheus' API writes it. */
export interface Found {
  metric: Record<string, string>;
  value: [number, string];
}

export interface PrometheusOfStore {
  /** What it answers at a time, in seconds since the epoch. */
  query(query: string, time: number): Promise<Found[]>;
  stop(): Promise<void>;
}

/** A real Prometheus that has what the store has until `endMs`; needs `prometheus` and `promtool`. */
export async function prometheusOf(store: MetricStore, endMs: number): Promise<PrometheusOfStore> {
  const folder = mkdtempSync(join(tmpdir(), 'dormouse-prometheus-'));
  const [metrics, data] = [join(folder, 'metrics.txt'), join(folder, 'data')];
  writeFileSync(metrics, exposition(store, { nowMs: endMs, openMetrics: true, all: true }));
  writeFileSync(join(folder, 'prometheus.yml'), '');
  execFileSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', metrics, data]);
  const url = `127.0.0.1:${await freePort()}`;
  const flags = [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${data}`];
  const more = ['--storage.tsdb.retention.time=100y', `--web.listen-address=${url}`];
  const program = spawn('prometheus', [...flags, ...more], { stdio: 'ignore' });
  await eventually(
    async () => (await fetch(`http://${url}/-/ready`).catch(() => undefined))?.ok ?? false,
    'Prometheus is ready',
    60,
  );
  return {
    async query(query, time) {
      const response = await fetch(`http://${url}/api/v1/query?${new URLSearchParams({ query, time: String(time) })}`);
      const { data, error } = (await response.json()) as { data?: { result: Found[] }; error?: string };
      if (!data) throw new Error(`${query}: ${error}`);
      return data.result;
    },
    async stop() {
      const ended = once(program, 'exit');
      program.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
