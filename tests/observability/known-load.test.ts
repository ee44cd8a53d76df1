import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programPath } from '@dormouse/monitoring/programs';
import { overview } from '@dormouse/observability/grafana/dashboards/overview';
import { filled, queriesOf } from '@dormouse/observability/grafana/queries';
import { alerts } from '@dormouse/observability/groups';
import { objectives } from '@dormouse/observability/objectives';
import { platformMetrics } from '@dormouse/signals/platform-metrics';
import { prometheusApi } from '@dormouse/telemetry/query/prometheus-api';
import { exposition } from '@dormouse/telemetry/query/prometheus-text';
import type { AnsweredRequest } from '@dormouse/telemetry/request-counts';
import { Telemetry } from '@dormouse/telemetry/telemetry';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../needs.ts';
import { eventually } from '../platform.ts';
import { type RunningPrometheus, startPrometheus } from './prometheus.ts';

const seconds = 1_200;
const endMs = Math.floor(Date.now() / 10_000) * 10_000;
const usual = { entry: 'ingress', answeredBy: 'function', cold: false, status: 200, method: 'GET' } as const;

/** What is asked in each second. */
function asked(second: number): AnsweredRequest[] {
  const times = (n: number, of: AnsweredRequest) => Array.from({ length: n }, () => of);
  const posts = { ...usual, route: 'posts', service: 'posts', ms: 3 };
  const web = { ...usual, route: 'web', service: 'web', ms: 20 };
  const login = { ...usual, route: 'auth-login', service: 'auth', method: 'POST', ms: 400 };
  return [
    ...times(8, posts),
    ...times(1, { ...posts, ms: 300 }),
    ...times(1, { ...posts, status: 503, answeredBy: 'activator' }),
    ...times(2, { ...posts, status: 201, method: 'POST', ms: 30 }),
    ...times(6, web),
    ...times(second % 10 === 0 ? 1 : 0, { ...web, ms: 1_400, cold: true }),
    ...times(1, { ...login, status: second % 10 === 0 ? 502 : 200 }),
    // What no reader sees.
    ...times(1, { ...usual, route: 'health', service: '', answeredBy: 'ingress', ms: 0.1 }),
    ...times(3, { ...posts, entry: 'local', route: '', status: 503, answeredBy: 'activator' }),
    ...times(2, { ...posts, entry: 'event', route: '', status: 500, ms: 7_000 }),
    ...times(1, { ...usual, entry: 'console', answeredBy: 'console', route: '', service: '', status: 500, ms: 1 }),
  ];
}

const telemetry = new Telemetry();
/** What the client counted: readers, and nobody else. */
const client: AnsweredRequest[] = [];
for (let second = 0; second <= seconds; second++) {
  if (second % 10 === 0)
    for (const measured of telemetry.requests.measured(endMs - (seconds - second) * 1_000))
      telemetry.metrics.add(measured);
  if (second === seconds) break;
  const requests = asked(second);
  for (const each of requests) telemetry.requests.add(each);
  client.push(...requests.filter(({ entry, route }) => entry === 'ingress' && route !== 'health'));
}

const rateOf = (is: (each: AnsweredRequest) => boolean) => client.filter(is).length / seconds;
const failed = ({ status }: AnsweredRequest) => status >= 500;
const isLogin = ({ route }: AnsweredRequest) => route.endsWith('-login');
const read = ({ method }: AnsweredRequest) => method === 'GET';
const write = (each: AnsweredRequest) => each.method === 'POST' && !isLogin(each);
const by = <T>(of: (requests: (each: AnsweredRequest) => boolean) => T): Record<string, T> =>
  Object.fromEntries(['posts', 'web', 'auth'].map((name) => [name, of(({ service }) => service === name)]));

const { bounds = [] } = platformMetrics.edgeDuration;
/** Index of the bucket in which the time lies that a part of these requests does not exceed. */
const bucketOf = (value: number) => bounds.findIndex((bound) => value <= bound);
function quantile(q: number, is: (each: AnsweredRequest) => boolean): number {
  const times = client
    .filter(is)
    .map(({ ms }) => ms / 1_000)
    .sort((a, b) => a - b);
  return times[Math.ceil(q * times.length) - 1]!;
}

const panel = (name: string) =>
  filled(queriesOf(overview).find((each) => each.panel === name)!.query, { step: 60, range: 300, of: 'posts' });
const objective = (name: string, part: 'total' | 'bad') => objectives.find((each) => each.name === name)![part];
const all = () => true;
const part = (is: (each: AnsweredRequest) => boolean) => rateOf((each) => is(each) && failed(each)) / rateOf(is);

/** Expressions with what the client counted, by Service or of all. */
const counted: readonly [string, string, number | Record<string, number>][] = [
  ['Requests', panel('Requests'), rateOf(all)],
  ['Failing', panel('Failing'), part(all)],
  ['Traffic', panel('Traffic'), by(rateOf)],
  ['Errors', panel('Errors'), by(part)],
  ['reads', objective('reads-available', 'total'), rateOf(read)],
  ['failed reads', objective('reads-available', 'bad'), rateOf((each) => read(each) && failed(each))],
  ['slow reads', objective('reads-fast', 'bad'), rateOf((each) => read(each) && each.ms > 250 && !each.cold)],
  ['writes', objective('writes-available', 'total'), rateOf(write)],
  ['log-ins', objective('logins-available', 'total'), rateOf(isLogin)],
  ['failed log-ins', objective('logins-available', 'bad'), rateOf((each) => isLogin(each) && failed(each))],
  // One of thirteen requests for posts, and no other Service's.
  [
    'RefusedAtEdge',
    alerts.find(({ name }) => name === 'RefusedAtEdge')!.expr,
    { posts: part(({ service }) => service === 'posts') },
  ],
];
const quantiles: readonly [string, string, number | Record<string, number>][] = [
  ['p95', panel('p95'), quantile(0.95, all)],
  ['Latency, p95', panel('Latency, p95'), by((is) => quantile(0.95, is))],
];

interface Point {
  metric: Record<string, string>;
  value: number;
}
type Ask = (query: string) => Promise<Point[]>;

/** By Service where there are several, as the client's are. */
async function answered(ask: Ask, query: string): Promise<number | Record<string, number>> {
  const points = await ask(query);
  if (points.every(({ metric }) => !metric.kn_service_name)) return points[0]?.value ?? Number.NaN;
  return Object.fromEntries(points.map(({ metric, value }) => [metric.kn_service_name, value]));
}

const values = (of: number | Record<string, number>) => (typeof of === 'number' ? { all: of } : of);

function agreeing(ask: Ask): void {
  test.each(counted)('of %s at most one in a hundred is missing or too many', async (_, query, wanted) => {
    const found = values(await answered(ask, query));
    expect(Object.keys(found).sort()).toEqual(Object.keys(values(wanted)).sort());
    for (const [name, value] of Object.entries(values(wanted)))
      expect(Math.abs(found[name]! - value), `${name}: ${found[name]}, not ${value}`).toBeLessThanOrEqual(value / 100);
  });

  test.each(quantiles)('%s lies at most one bucket away', async (_, query, wanted) => {
    const found = values(await answered(ask, query));
    expect(Object.keys(found).sort()).toEqual(Object.keys(values(wanted)).sort());
    for (const [name, value] of Object.entries(values(wanted)))
      expect(Math.abs(bucketOf(found[name]!) - bucketOf(value)), `${name}: ${found[name]}`).toBeLessThanOrEqual(1);
  });
}

describe('what the console answers is what the client counted', () => {
  agreeing(async (query) => {
    const parameters = new URLSearchParams({ query, time: String(endMs / 1_000) });
    const { body } = await prometheusApi('query', parameters, telemetry.metrics, endMs);
    const { data } = JSON.parse(body) as {
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  });
});

describe('and so it is with Prometheus', needs('prometheus', 'promtool'), () => {
  const home = mkdtempSync(join(tmpdir(), 'dormouse-load-'));
  let prometheus: RunningPrometheus | undefined;
  beforeAll(async () => {
    const file = join(home, 'samples.txt');
    writeFileSync(file, exposition(telemetry.metrics, { nowMs: endMs, openMetrics: true, all: true }));
    mkdirSync(join(home, 'prometheus'));
    execFileSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', file, join(home, 'prometheus/data')]);
    prometheus = await startPrometheus(programPath('prometheus')!, home);
    await eventually(
      () => prometheus!.queryRange('dormouse_edge_request_duration_seconds_count', at),
      ({ length }) => length > 0,
    );
  }, 60_000);
  afterAll(async () => {
    await prometheus?.stop();
    rmSync(home, { recursive: true, force: true });
  });
  const at = { start: endMs / 1_000, end: endMs / 1_000, step: 1 };

  agreeing(async (query) => {
    const lines = await prometheus!.queryRange(query, at);
    return lines.map(({ metric, values: [value] }) => ({ metric, value: value! }));
  });
});
