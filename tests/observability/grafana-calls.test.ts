import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startConsole } from '@dormouse/console/console';
import { type Bench, bench } from '@dormouse/eventing/broker.fixture';
import { type SpanRecord, Telemetry } from '@dormouse/telemetry/telemetry';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askEdge } from './known-load/edge.ts';
import { elsewhere } from './known-load/elsewhere.ts';
import { tellOfPlatform } from './known-load/platform.ts';
import { liveProcesses } from './known-load/processes.ts';

/*
 * What Grafana's data sources ask while somebody looks at the dashboards: those calls, from the generated JSON that Grafana reads.
 * Grafana itself is not started: what it draws of the answers is not seen here.
 */
const seconds = 1_200;
const endMs = Math.floor(Date.now() / 20_000) * 20_000;
const telemetry = new Telemetry();
askEdge(telemetry, seconds, endMs);
liveProcesses(telemetry, seconds, endMs);
tellOfPlatform(telemetry, endMs);

const span = (more: Partial<SpanRecord> & { traceId: string }): SpanRecord => ({
  spanId: more.traceId.slice(16),
  name: 'GET /',
  kind: 'server',
  service: 'posts',
  startMs: endMs - 60_000,
  durationMs: 700,
  attributes: {},
  ...more,
});
const traceIds = ['a', 'b', 'c'].map((letter) => letter.repeat(32)) as [string, string, string];
for (const each of [
  span({ traceId: traceIds[0], error: true }),
  span({ traceId: traceIds[1], kind: 'consumer', service: 'mail', error: true }),
  span({ traceId: traceIds[2], attributes: { 'faas.coldstart': true } }),
])
  telemetry.addSpan(each, 'received');

interface Target {
  refId: string;
  datasource: { type: string };
  expr?: string;
  query?: string;
  queryType?: string;
  instant?: boolean;
  exemplar?: boolean;
  limit?: number;
}
interface Board {
  title: string;
  panels: { title: string; type: string; maxDataPoints?: number; targets?: Target[] }[];
  templating: { list?: { name: string; query: { query: string } }[] };
}

const folder = join(import.meta.dirname, '../../observability/grafana/generated');
const boards = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Board);
const targets = boards.flatMap(({ title, panels }) =>
  panels
    .filter(({ type }) => type !== 'row')
    .flatMap(({ title: panel, targets: all = [] }) =>
      all.map((target) => ({ ...target, name: `${title.replace('Dormouse / ', '')}, ${panel}` })),
    ),
);
const of = (type: string) =>
  targets.filter(({ datasource, queryType }) => datasource.type === type && queryType !== 'serviceMap');

/** Has no data for a reason: who is chosen handles no events. */
const empty = (name: string) => name in elsewhere || name === 'Function, Events handled, p95';

/** As Grafana fills it in for a panel of this width, and a data source that is scraped each 15 s. */
const step = 120;
const interpolated = (text: string) =>
  text
    .replaceAll('$__rate_interval', `${Math.max(step + 15, 4 * 15)}s`)
    .replaceAll('$__range', `${seconds}s`)
    .replaceAll('$function', 'posts');

let b: Bench;
let opened: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  b = await bench({ triggers: [] });
  opened = await startConsole({
    ...{ host: '127.0.0.1', port: 0, services: () => [], routes: () => [] },
    ...{ brokers: b.brokers, telemetry },
  });
});
afterAll(async () => {
  await opened.close();
  await b.close();
});

type Parameters = Readonly<Record<string, string | number>>;
/** On a connection of its own: on a busy machine the console closes an idle one while the next request is under way. */
const headers = { connection: 'close' };
const form = (parameters: Parameters) =>
  new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
async function answered<T>(response: Response): Promise<T> {
  const body = await response.text();
  expect(response.status, body).toBe(200);
  return JSON.parse(body) as T;
}
const get = async <T>(path: string, parameters: Parameters = {}): Promise<T> =>
  answered(await fetch(`${opened.url}${path}?${form(parameters)}`, { headers }));
/** Prometheus' answers; asked by POST, as the data source is set. */
async function prometheus<T>(path: string, parameters: Parameters): Promise<T> {
  const { status, data } = await answered<{ status: string; data: T }>(
    await fetch(`${opened.url}/api/v1/${path}`, { method: 'POST', headers, body: form(parameters) }),
  );
  expect(status).toBe('success');
  return data;
}

const [start, end] = [(endMs - seconds * 1_000) / 1_000, endMs / 1_000];
/** Grafana's backend moves a range to multiples of the step, so that the same points come again. */
const aligned = { start: Math.floor(start / step) * step, end: Math.floor(end / step) * step };

describe('the data source Prometheus', () => {
  test.each(of('prometheus').map((each) => ({ ...each, name: `${each.name}, ${each.refId}` })))(
    '$name',
    async ({ name, expr = '', instant, exemplar }) => {
      const query = interpolated(expr);
      const whole = name.slice(0, name.lastIndexOf(', '));
      if (instant) {
        const { resultType, result } = await prometheus<{ resultType: string; result: unknown[] }>('query', {
          query,
          time: end,
        });
        expect(resultType).toBe('vector');
        if (!empty(whole)) expect(result).not.toEqual([]);
        return;
      }
      const { resultType, result } = await prometheus<{
        resultType: string;
        result: { metric: object; values: [number, string][] }[];
      }>('query_range', { query, ...aligned, step });
      expect(resultType).toBe('matrix');
      const points = result.flatMap(({ values }) => values);
      if (!empty(whole)) expect(points.length).toBeGreaterThan(0);
      expect(points.filter(([time]) => time % step !== 0 || time < aligned.start || time > aligned.end)).toEqual([]);
      if (exemplar) expect(await prometheus('query_exemplars', { query, start, end })).toBeInstanceOf(Array);
    },
  );

  test('is tried with a sum, tells its version, and has rules and metadata', async () => {
    expect(await prometheus('query', { query: '1+1', time: 4 })).toEqual({ resultType: 'scalar', result: [4, '2'] });
    expect(await get('/api/v1/status/buildinfo')).toMatchObject({ data: { version: expect.stringMatching(/^2\./) } });
    expect(await get('/api/v1/rules')).toMatchObject({ data: { groups: [] } });
    expect(await get('/api/v1/metadata', { limit: 10_000 })).toMatchObject({
      data: { process_memory_usage_bytes: [{ type: 'gauge' }] },
    });
  });

  test('offers metrics, labels and values to whoever writes a query', async () => {
    const within = { start, end };
    const match = { 'match[]': '{__name__="process_memory_usage_bytes",service_name="web"}' };
    expect(await prometheus('labels', within)).toEqual(expect.arrayContaining(['__name__', 'service_name']));
    expect(await get('/api/v1/label/__name__/values', within)).toMatchObject({
      data: expect.arrayContaining(['faas_coldstarts_total', 'http_server_request_duration_seconds_bucket']),
    });
    expect(await get('/api/v1/label/service_name/values', { ...within, ...match })).toMatchObject({ data: ['web'] });
    expect(await prometheus('labels', { ...within, ...match })).toEqual([
      '__name__',
      'deployment_environment_name',
      'instance',
      'job',
      'service_name',
    ]);
    const series = await prometheus<{ service_name: string }[]>('series', { ...within, ...match });
    expect(series.map(({ service_name: name }) => name)).toEqual(['web', 'web', 'web']);
  });

  test.each(boards.flatMap(({ templating }) => templating.list ?? []))(
    'fills the variable $name by $query.query',
    async ({ query: { query } }) => {
      const [, metric = '', label = ''] = /^label_values\((.+), (\w+)\)$/.exec(query) ?? [];
      const { data } = await get<{ data: string[] }>(`/api/v1/label/${label}/values`, {
        'match[]': metric,
        start,
        end,
      });
      expect(data).toEqual(expect.arrayContaining(['auth', 'posts', 'web']));
    },
  );
});

describe('the data source Tempo', () => {
  test.each(of('tempo'))('$name finds a trace, which it opens', async ({ query = '', limit = 20 }) => {
    const { traces } = await get<{ traces: { traceID: string; startTimeUnixNano: string }[] }>('/api/search', {
      q: interpolated(query),
      ...{ limit, spss: 3, start: Math.floor(start), end: Math.ceil(end) },
    });
    expect(traces).not.toEqual([]);
    const id = traces[0]!.traceID;
    expect(traceIds).toContain(id);
    expect(await get(`/api/v2/traces/${id}`)).toMatchObject({ trace: { resourceSpans: [{ scopeSpans: [{}] }] } });
    expect(await get(`/api/traces/${id}`)).toMatchObject({ batches: [{ scopeSpans: [{}] }] });
  });

  test('is tried by its echo, and offers tags and values', async () => {
    expect(await (await fetch(`${opened.url}/api/echo`)).text()).toBe('echo');
    expect(await get('/api/v2/search/tags', { start: Math.floor(start), end: Math.ceil(end) })).toMatchObject({
      scopes: expect.arrayContaining([{ name: 'resource', tags: ['service.name'] }]),
    });
    expect(await get('/api/v2/search/tag/resource.service.name/values', { q: '{}' })).toEqual({
      tagValues: expect.arrayContaining([{ type: 'string', value: 'posts' }]),
    });
    expect(await get('/api/search/tags')).toMatchObject({ tagNames: expect.arrayContaining(['service.name']) });
  });
});

test('every panel asks a data source that is asked here, or Loki, which the console is not', () => {
  expect(targets.length).toBeGreaterThan(90);
  expect(new Set(targets.map(({ datasource }) => datasource.type))).toEqual(new Set(['prometheus', 'tempo', 'loki']));
});
