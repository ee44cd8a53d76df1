import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@dormouse/local/platform.fixture';
import { freePort } from '@dormouse/serving/process/free-port';
import { needs } from '@dormouse/tests/needs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MetricStore } from '../metric-store.ts';
import { prometheusApi } from '../query/prometheus-api.ts';
import { readRules } from './read-rules.ts';
import { RuleEvaluator } from './rule-evaluator.ts';

const two = 'label_replace(vector(1), "x", "1", "", "") or label_replace(vector(2), "x", "2", "", "")';
const rules = `
groups:
  - name: g
    interval: 1s
    rules:
      - {record: one, expr: vector(1), labels: {a: b}}
      - {alert: Firing, expr: one * 2.5 > 1, labels: {severity: page, a: 'not {{ $labels.a }}'}, annotations: {summary: 'it is {{ $value }} of {{ $labels.a }}{{ $labels.c }}'}}
      - {alert: Pending, expr: '${two}', for: 1h, labels: {severity: ticket}}
      - {alert: Inactive, expr: one > 2, for: 90s}
      - {alert: Kept, expr: vector(3) unless on () one offset 2s, keep_firing_for: 1h}
      - {alert: Broken, expr: '${two}', labels: {x: same}}
      - {alert: Scalar, expr: '7', annotations: {summary: '{{ $value }}'}}
      - {record: broken, expr: '${two}', labels: {x: same}}
`;

let folder: string;
let program: ChildProcess;
let url: string;

describe('rules and alerts are answered as Prometheus answers them', needs('prometheus'), () => {
  let ours: (path: string) => Promise<unknown>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dormouse-rules-'));
    const file = join(folder, 'rules.yaml');
    writeFileSync(file, rules);
    writeFileSync(join(folder, 'prometheus.yml'), 'rule_files: [rules.yaml]');
    url = `127.0.0.1:${await freePort()}`;
    const flags = ['--config.file', join(folder, 'prometheus.yml'), '--storage.tsdb.path', join(folder, 'data')];
    program = spawn('prometheus', [...flags, '--web.listen-address', url], { stdio: 'ignore' });
    const evaluator = new RuleEvaluator({ groups: readRules(rules, file, 60_000), store: new MetricStore() });
    const nowMs = Date.now();
    for (let ms = nowMs - 5_000; ms <= nowMs; ms += 1_000) await evaluator.evaluate(ms);
    ours = async (path) => {
      const [name = '', parameters] = path.split('?');
      return JSON.parse(
        (await prometheusApi(name, new URLSearchParams(parameters), new MetricStore(), nowMs, evaluator)).body,
      );
    };
    // Until it has read its own data it answers 503 to everything.
    await eventually(
      async () => (await fetch(`http://${url}/-/ready`).catch(() => undefined))?.ok === true,
      'Prometheus is ready',
      60,
    );
    // Once its second evaluation is over, it says what alerts are; then one of them has to end.
    await eventually(
      async () => {
        const { data } = (await theirs('query?query=max_over_time(ALERTS{alertname="Firing"}[1m] offset 3s)')) as {
          data?: { result: unknown[] };
        };
        return (data?.result.length ?? 0) > 0;
      },
      'its rules were evaluated for three seconds',
      60,
    );
  });
  afterAll(() => {
    program?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const theirs = async (path: string): Promise<unknown> => (await fetch(`http://${url}/api/v1/${path}`)).json();

  /** Without what depends on when it is asked; in an order of its own where there is none. */
  const comparable = (value: unknown): unknown => {
    if (Array.isArray(value))
      return value.map(comparable).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    if (typeof value === 'string') return Number.isNaN(Date.parse(value)) || !value.includes('T') ? value : 'a time';
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value)
      .filter(([name]) => !varying.has(name))
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([name, each]) => [name, comparable(each)]));
  };
  /** Newer versions have it, older ones not; how long it took; how Prometheus writes the expression. */
  const varying = new Set([
    'keepFiringSince',
    'keepFiringFor',
    'evaluationTime',
    'query',
    'timestamp',
    'groupNextToken',
  ]);

  test.each([
    'rules',
    'rules?type=alert',
    'rules?type=record',
    'alerts',
    'query?query=sort_desc(ALERTS)',
    'query?query=count by (alertname) (ALERTS_FOR_STATE)',
    'query?query=one',
  ])('/api/v1/%s', async (path) => {
    const [expected, found] = [await theirs(path), await ours(path)].map(withoutTimes).map(comparable);
    expect(found).toEqual(expected);
  });
});

/** The results of a query have the time at which it was asked. */
function withoutTimes(answer: unknown): unknown {
  const { data } = answer as { data: { result?: { value: [number, string] }[] } };
  return data.result ? data.result.map(({ value, ...rest }) => ({ ...rest, value: value[1] })) : data;
}
