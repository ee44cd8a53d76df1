import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { freePort } from '../platform.ts';
import { type Child, startChild } from './child.ts';

const folder = join(import.meta.dirname, '../../observability/prometheus');

/** What the configuration for one machine has that is changed: nothing but addresses. */
interface Configuration {
  rule_files: string[];
  alerting: { alertmanagers: { static_configs: { targets: string[] }[] }[] };
  scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
}

export interface RunningPrometheus extends Child {
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** Series that PromQL answers now. @throws Error with Prometheus' words */
  query(expr: string): Promise<{ metric: Record<string, string>; value: number }[]>;
  /** Replaces what is scraped, and reads the configuration again. */
  scrape(targets: Readonly<Record<string, string>>): Promise<void>;
}

/** Prometheus with the rules and the configuration for one machine, at free ports, keeping its data below `home`. */
export async function startPrometheus(path: string, home: string, alertmanager?: string): Promise<RunningPrometheus> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const data = join(home, 'prometheus');
  const file = join(data, 'prometheus.yaml');
  mkdirSync(data, { recursive: true });
  const write = (targets: Readonly<Record<string, string>>) => writeFileSync(file, JSON.stringify(configured(targets, alertmanager)));
  write({ prometheus: `127.0.0.1:${port}` });
  const args = [`--config.file=${file}`, `--storage.tsdb.path=${data}/data`, `--web.listen-address=127.0.0.1:${port}`, '--web.enable-lifecycle'];
  const child = await startChild(path, [...args, '--web.enable-otlp-receiver', '--enable-feature=exemplar-storage'], `${url}/-/ready`);
  return {
    ...child,
    url,
    async query(expr) {
      const answer = await fetch(`${url}/api/v1/query`, { method: 'POST', body: new URLSearchParams({ query: expr }) });
      const { status, error, data: found } = (await answer.json()) as { status: string; error?: string; data: { result: Sample[] } };
      if (status !== 'success') throw new Error(`${expr}: ${error}`);
      return found.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    async scrape(targets) {
      write({ prometheus: `127.0.0.1:${port}`, ...targets });
      const answer = await fetch(`${url}/-/reload`, { method: 'POST' });
      if (!answer.ok) throw new Error(await answer.text());
    },
  };
}

interface Sample {
  metric: Record<string, string>;
  value: [number, string];
}

function configured(targets: Readonly<Record<string, string>>, alertmanager: string | undefined): Configuration {
  const written = parse(readFileSync(join(folder, 'machine.yaml'), 'utf8')) as Configuration;
  return {
    ...written,
    rule_files: written.rule_files.map((pattern) => join(folder, pattern)),
    alerting: { alertmanagers: alertmanager ? [{ static_configs: [{ targets: [new URL(alertmanager).host] }] }] : [] },
    scrape_configs: written.scrape_configs.flatMap((each) => {
      const target = targets[each.job_name];
      return target ? [{ ...each, static_configs: [{ targets: [target] }] }] : [];
    }),
  };
}
