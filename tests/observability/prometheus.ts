import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { takesOtlp } from '@dormouse/monitoring/programs';
import { freePort } from '@dormouse/serving/process/free-port';
import { parse } from 'yaml';
import { type Child, startChild } from './child.ts';

const folder = join(import.meta.dirname, '../../observability/prometheus');

/** What the configuration for one machine has that is changed: nothing but addresses. */
interface Configuration {
  rule_files: string[];
  alerting: { alertmanagers: { static_configs: { targets: string[] }[] }[] };
  scrape_configs: Job[];
}

interface Job {
  job_name: string;
  static_configs?: { targets: string[] }[];
  honor_labels?: boolean;
  scrape_interval?: string;
}

/** What is scraped beside what the configuration for one machine names: all that the console has, as in docs/how-to/observe.md, only more often, and the exporters. */
const others: readonly Job[] = [
  { job_name: 'console', honor_labels: true, scrape_interval: '2s' },
  { job_name: 'postgres-exporter' },
  { job_name: 'redis-exporter' },
];

export interface RunningPrometheus extends Child {
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** Series that PromQL answers now. @throws Error with Prometheus' words */
  query(expr: string): Promise<{ metric: Record<string, string>; value: number }[]>;
  /** Values of every series in a range, in seconds, as a graph asks for them. @throws Error with Prometheus' words */
  queryRange(
    expr: string,
    range: { start: number; end: number; step: number },
  ): Promise<{ metric: Record<string, string>; values: number[] }[]>;
  /** Replaces what is scraped, and reads the configuration again. */
  scrape(targets: Readonly<Record<string, string>>): Promise<void>;
  /** Records something more from now on. */
  record(name: string, expr: string): Promise<void>;
}

/** What makes rules hurry. */
export interface Hurry {
  /** Seconds between evaluations of every group of rules; as they are written unless given. */
  every?: number;
  /** How long alerts with a `for` wait, as Prometheus writes durations; as they are written unless given. */
  timeoutMs?: string;
}

interface Options extends Hurry {
  /** `http://HOST:PORT` of Alertmanager; nobody is told without. */
  alertmanager?: string;
}

/** Prometheus with the rules and the configuration for one machine, at free ports, keeping its data below `home`. */
export async function startPrometheus(
  path: string,
  home: string,
  { alertmanager, every, timeoutMs }: Options = {},
): Promise<RunningPrometheus> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const data = join(home, 'prometheus');
  const file = join(data, 'prometheus.yaml');
  mkdirSync(data, { recursive: true });
  const rules = every === undefined && timeoutMs === undefined ? folder : hurried(data, { every, timeoutMs });
  const more = join(data, 'more.yaml');
  const write = (targets: Readonly<Record<string, string>>) =>
    writeFileSync(file, JSON.stringify(configured(targets, [rules, more], alertmanager)));
  write({ prometheus: `127.0.0.1:${port}` });
  const args = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${data}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-lifecycle',
    // What it says before it has found Alertmanager is lost; otherwise it says that again after a minute.
    '--rules.alert.resend-delay=5s',
  ];
  const receiving = takesOtlp(path) ? ['--web.enable-otlp-receiver'] : [];
  const reload = async () => {
    const response = await fetch(`${url}/-/reload`, { method: 'POST' });
    if (!response.ok) throw new Error(await response.text());
  };
  const child = await startChild(path, [...args, ...receiving, '--enable-feature=exemplar-storage'], `${url}/-/ready`);
  return {
    ...child,
    url,
    async query(expr) {
      const found = await ask<Sample>(`${url}/api/v1/query`, { query: expr });
      return found.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    async queryRange(expr, { start, end, step }) {
      const found = await ask<Line>(`${url}/api/v1/query_range`, {
        query: expr,
        start: String(start),
        end: String(end),
        step: String(step),
      });
      return found.map(({ metric, values }) => ({ metric, values: values.map(([, value]) => Number(value)) }));
    },
    async scrape(targets) {
      write({ prometheus: `127.0.0.1:${port}`, ...targets });
      await reload();
    },
    async record(record, expr) {
      writeFileSync(more, JSON.stringify({ groups: [{ name: 'more', rules: [{ record, expr }] }] }));
      await reload();
    },
  };
}

interface Sample {
  metric: Record<string, string>;
  value: [number, string];
}

interface Line {
  metric: Record<string, string>;
  values: [number, string][];
}

async function ask<T>(url: string, parameters: Record<string, string>): Promise<T[]> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(parameters) });
  const { status, error, data } = (await response.json()) as { status: string; error?: string; data: { result: T[] } };
  if (status !== 'success') throw new Error(`${parameters.query}: ${error}`);
  return data.result;
}

/** The rules below `data`, evaluated more often than they are written to be, with alerts that wait less. */
function hurried(
  data: string,
  { every, timeoutMs }: { every: number | undefined; timeoutMs: string | undefined },
): string {
  mkdirSync(join(data, 'rules'), { recursive: true });
  for (const name of readdirSync(join(folder, 'rules'))) {
    const { groups } = parse(readFileSync(join(folder, 'rules', name), 'utf8')) as {
      groups: { rules: { for?: string }[] }[];
    };
    const shortened = groups.map((group) => ({
      ...group,
      ...(every && { interval: `${every}s` }),
      rules: group.rules.map((rule) => ({ ...rule, ...(rule.for && timeoutMs && { for: timeoutMs }) })),
    }));
    writeFileSync(join(data, 'rules', name), JSON.stringify({ groups: shortened }));
  }
  return data;
}

function configured(
  targets: Readonly<Record<string, string>>,
  [rules, more]: readonly [string, string],
  alertmanager: string | undefined,
): Configuration {
  const written = parse(readFileSync(join(folder, 'machine.yaml'), 'utf8')) as Configuration;
  const jobs = [...written.scrape_configs, ...others];
  return {
    ...written,
    rule_files: [...written.rule_files.map((pattern) => join(rules, pattern)), more],
    alerting: { alertmanagers: alertmanager ? [{ static_configs: [{ targets: [new URL(alertmanager).host] }] }] : [] },
    scrape_configs: jobs.flatMap((each) => {
      const target = targets[each.job_name];
      const job_name = each.job_name === 'console' ? 'dormouse' : each.job_name;
      return target ? [{ ...each, job_name, static_configs: [{ targets: [target] }] }] : [];
    }),
  };
}
