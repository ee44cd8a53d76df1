import { join } from 'node:path';
import { initKeys } from '@dormouse/auth/key-folder';
import { temporaryFolder } from '@dormouse/auth/temporary-folder.fixture';
import {
  attributesOf,
  type Collector,
  type OtlpPoint,
  type OtlpSpan,
  openCollector,
} from '@dormouse/runtime/collector.fixture';
import { metrics } from '@dormouse/signals/metrics';
import { spanAttributes, spans as spanKinds } from '@dormouse/signals/spans';
import { type Harness, startHarness } from '@dormouse/testing/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../database.ts';
import { type FunctionProcess, startFunction } from '../function-process.ts';
import { eventually } from '../platform.ts';

/** What must be in no log line, span or metric. */
const secret = {
  email: 'ada.marked@example.org',
  password: 'marked sentence of somebody',
  wrongPassword: 'marked sentence of nobody',
  changedPassword: 'another marked sentence',
};
/** Tokens, as they are handed out. */
const tokens: string[] = [];

let db: TestDatabase;
let collector: Collector;
let flow: Harness;
const functions: Record<string, FunctionProcess> = {};

beforeAll(async () => {
  db = await testDatabase('auth', 'categories', 'posts', 'relay', 'web');
  collector = await openCollector();
  const keys = temporaryFolder();
  initKeys(keys);
  const start = async (name: string, sink: string, more: Record<string, string> = {}) => {
    const env = {
      DATABASE_URL: db.urlOf(name),
      K_SINK: sink,
      LOG_LEVEL: 'debug',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_TRACES_SAMPLER: 'parentbased_always_on',
    };
    functions[name] = await startFunction(name, { ...env, ...more });
  };
  flow = await startHarness({
    manifests: [join(import.meta.dirname, '../../knative/base')],
    receivers: async (sink) => {
      await start('auth', sink, { KEYS_DIR: keys });
      const jwks = { JWKS_URL: `${functions.auth!.origin}/.well-known/jwks.json` };
      for (const name of ['posts', 'categories', 'relay']) await start(name, sink, jwks);
      const urls = Object.fromEntries(
        ['auth', 'posts', 'categories'].map((name) => [`${name.toUpperCase()}_URL`, functions[name]!.origin]),
      );
      await start('web', sink, {
        ...jwks,
        ...urls,
        MEDIA_URL: 'http://127.0.0.1:9',
        SEARCH_URL: 'http://127.0.0.1:9',
        COMMENTS_URL: 'http://127.0.0.1:9',
        WEBHOOKS_URL: 'http://127.0.0.1:9',
        NEWSLETTER_URL: 'http://127.0.0.1:9',
        MEDIA_DIR: temporaryFolder(),
      });
      return { categories: functions.categories!.origin };
    },
  });
  await scenario();
  for (const each of Object.values(functions)) expect(await each.end()).toBe(0);
});
afterAll(async () => {
  for (const each of Object.values(functions)) each.kill();
  await flow?.close();
  collector?.close();
  await db?.drop();
});

async function ask(
  name: string,
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<{ status: number; json: Record<string, string> }> {
  const response = await fetch(functions[name]!.origin + path, {
    method,
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    json: response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : {},
  };
}

/** What people do, and the answers they get. */
async function scenario(): Promise<void> {
  const { email, password, wrongPassword, changedPassword } = secret;
  const statuses: number[] = [];
  const does = async (...of: Parameters<typeof ask>) => {
    const response = await ask(...of);
    statuses.push(response.status);
    return response.json;
  };
  await does('auth', 'POST', '/api/register', { username: 'ada', email, password });
  await does('auth', 'POST', '/api/register', { username: 'bob', email: 'bob@example.org', password });
  await does('auth', 'POST', '/api/register', { username: 'ada', email, password });
  await does('auth', 'POST', '/api/login', { username: email, password });
  for (let n = 0; n < 6; n++) await does('auth', 'POST', '/api/login', { username: 'bob', password: wrongPassword });
  const login = await does('auth', 'POST', '/api/login', { username: 'ada', password, refresh: 'body' });
  tokens.push(login.token!, login.refresh_token!);
  const as = { authorization: `Bearer ${login.token}` };
  await does('auth', 'GET', '/verify', undefined, as);
  await does('auth', 'PATCH', '/api/me', { password: changedPassword, current_password: password }, as);
  // The new password has ended that log-in, everywhere.
  await does('posts', 'POST', '/blog/api/posts', { title: 'None', content: 'x', category_name: 'News' }, as);
  const again = await does('auth', 'POST', '/api/login', { username: 'ada', password: changedPassword });
  tokens.push(again.token!);
  as.authorization = `Bearer ${again.token}`;
  await does('posts', 'GET', '/blog/api/posts', undefined, { authorization: `Bearer ${login.token}x` });

  await does('posts', 'POST', '/blog/api/posts', { title: 'One', content: 'x', category_name: 'News' }, as);
  const draft = await does(
    'posts',
    'POST',
    '/blog/api/posts',
    { title: 'Two', content: 'x', category_name: 'News', status: 'draft' },
    as,
  );
  await flow.settle();
  await does('posts', 'PATCH', `/blog/api/posts/${draft.id}`, { status: 'published' }, as);
  for (let n = 0; n < 2; n++) await does('posts', 'GET', '/blog/api/posts');
  await flow.settle();
  await does('web', 'GET', '/blog/');
  await does('relay', 'POST', '/', {});
  expect(statuses).toEqual([
    201, 201, 409, 401, 401, 401, 401, 401, 401, 429, 200, 200, 200, 401, 200, 401, 201, 201, 200, 200, 200, 200, 204,
  ]);
  await eventually(
    async () => (await db.admin`SELECT FROM posts.outbox WHERE sent_at IS NULL`).length,
    (left) => left === 0,
  );
  await flow.settle();
}

interface Point extends OtlpPoint {
  service: unknown;
}

/** The last points of a metric, of all functions. */
function pointsOf({ name }: { name: string }): Point[] {
  const last = new Map<string, Point[]>();
  for (const { name: reported, resource, points } of collector.metrics())
    if (reported === name)
      last.set(
        String(resource['service.name']),
        points.map((point) => ({ ...point, service: resource['service.name'] })),
      );
  return [...last.values()].flat();
}

/** Values of a metric by one of its attributes. */
const by = (metric: { name: string }, attribute: string): Record<string, number> => {
  const sums: Record<string, number> = {};
  for (const point of pointsOf(metric)) {
    const key = String(attributesOf(point)[attribute]);
    sums[key] = (sums[key] ?? 0) + amountOf(point);
  }
  return sums;
};
const amountOf = ({ count, asDouble, asInt }: OtlpPoint): number => Number(count ?? asDouble ?? asInt);
const sum = (metric: { name: string }): number => pointsOf(metric).reduce((total, point) => total + amountOf(point), 0);

describe('metrics after a scenario', () => {
  test('are those of the registry: names, units and attributes', () => {
    const declared = new Map<string, { unit: string; attributes: object }>(
      Object.values(metrics).map((each) => [each.name, each]),
    );
    const reported = collector.metrics();
    expect(reported.length).toBeGreaterThan(50);
    for (const { name, unit, points } of reported) {
      const metric = declared.get(name);
      expect([name, unit]).toEqual([name, metric?.unit]);
      for (const point of points)
        expect(Object.keys(metric!.attributes)).toEqual(expect.arrayContaining(Object.keys(attributesOf(point))));
    }
  });

  test('moved by what was done, and by nothing else', () => {
    expect(sum(metrics.accountsCreated)).toBe(2);
    expect(by(metrics.logins, 'dormouse.login.outcome')).toEqual({ wrong: 6, limited: 1, success: 2 });
    expect(by(metrics.rateLimitRefusals, 'dormouse.limit.name')).toEqual({ login: 1 });
    expect(by(metrics.postsCreated, 'dormouse.post.status')).toEqual({ published: 1, draft: 1 });
    expect(sum(metrics.postsPublished)).toBe(2);
    expect(sum(metrics.activeAuthors)).toBe(1);
    expect(sum(metrics.coldStarts)).toBe(5);
    expect(sum(metrics.initDuration)).toBe(5);
    expect(by(metrics.outboxPending, 'db.namespace')).toEqual({ auth: 0, categories: 0, posts: 0, relay: 0, web: 0 });
    expect(by(metrics.cacheRequests, 'dormouse.cache.name')).toMatchObject({ 'posts:lists': 3, pages: 1 });
  });

  test('count each request once, by its route and answer', () => {
    const requests = Object.fromEntries(
      pointsOf(metrics.requestDuration).map((point) => {
        const {
          'http.request.method': method,
          'http.route': route,
          'http.response.status_code': status,
        } = attributesOf(point);
        return [`${method} ${route} ${status}`, amountOf(point)];
      }),
    );
    expect(requests).toMatchObject({
      'POST /api/register 201': 2,
      'POST /api/register 409': 1,
      'POST /api/login 401': 6,
      'POST /api/login 429': 1,
      'POST /api/login 200': 2,
      'POST /blog/api/posts 201': 2,
      'PATCH /blog/api/posts/:id 200': 1,
      'GET /blog/api/posts 200': 3,
      'GET /blog/ 200': 1,
      'POST / 204': 1,
      'POST /events 204': flow.calls('categories').length,
    });
  });

  test('count each event where it is sent and where it is handled, with its age', () => {
    const handled = flow.calls('categories').length;
    expect(handled).toBeGreaterThan(1);
    expect(by(metrics.eventsSent, 'messaging.destination.name')).toMatchObject({
      'dev.dormouse.post.created.v1': 2,
      'dev.dormouse.post.published.v1': 2,
      'dev.dormouse.user.registered.v1': 2,
    });
    expect(by(metrics.sendDuration, 'messaging.destination.name')).toEqual(
      by(metrics.eventsSent, 'messaging.destination.name'),
    );
    for (const metric of [metrics.eventsConsumed, metrics.processDuration, metrics.eventAge])
      expect([metric.name, sum(metric)]).toEqual([metric.name, handled]);
  });

  test('lead to traces that were kept', () => {
    const kept = new Set(collector.spans().map(({ traceId }) => traceId));
    const exemplars = collector.metrics().flatMap(({ points }) => points.flatMap(({ exemplars }) => exemplars ?? []));
    expect(exemplars.length).toBeGreaterThan(10);
    for (const { traceId } of exemplars) expect(kept).toContain(traceId);
  });
});

describe('spans after a scenario', () => {
  const kinds = ['', 'internal', 'server', 'client', 'producer', 'consumer'];
  const kindOf = ({ name, kind, attributes }: OtlpSpan) =>
    spanKinds.find(
      (each) =>
        each.kind === kinds[kind] &&
        each.pattern.test(name) &&
        attributes.every(({ key }) => (each.attributes as readonly string[]).includes(key)),
    );

  test('are those of the registry: names, kinds and attributes', () => {
    const strangers = collector.spans().filter((span) => !kindOf(span));
    expect(strangers.map(({ name, attributes }) => [name, attributes.map(({ key }) => key)])).toEqual([]);
    for (const { attributes } of spanKinds)
      for (const name of attributes) expect(spanAttributes).toHaveProperty([name]);
  });

  test('are one tree from the request to the handler of its event; none is lost at the end', () => {
    const all = collector.spans();
    const [create] = all
      .filter(
        ({ name, attributes }) =>
          name === 'POST /blog/api/posts' && attributesOf({ attributes })['faas.name'] === 'posts',
      )
      .filter(({ traceId }) => all.some((span) => span.traceId === traceId && span.name.startsWith('process')));
    const names = all.filter(({ traceId }) => traceId === create?.traceId).map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        'POST /blog/api/posts',
        'INSERT outbox',
        'send dev.dormouse.post.created.v1',
        'POST /events',
        'process dev.dormouse.post.created.v1',
        'INSERT inbox',
      ]),
    );
    expect(all.filter(({ name }) => name === 'POST /api/login')).toHaveLength(9);
    const [page] = all.filter(({ name }) => name === 'GET /blog/');
    const calls = all.filter(({ parentSpanId }) => parentSpanId === page?.spanId);
    expect(calls.map(({ name }) => name)).toContain('GET');
    expect(
      all.filter(({ parentSpanId }) => calls.some(({ spanId }) => spanId === parentSpanId)).map(({ name }) => name),
    ).toContain('GET /blog/api/posts');
  });
});

describe('logs after a scenario', () => {
  test('are JSON with severity and service, and the lines of requests with their trace', () => {
    for (const [name, { output }] of Object.entries(functions)) {
      const lines = output().split('\n').filter(Boolean);
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) {
        const reported = JSON.parse(line) as Record<string, unknown>;
        expect(reported).toMatchObject({
          severity: expect.any(String),
          service: name,
          message: expect.any(String),
          time: expect.any(String),
        });
        if ('route' in reported)
          expect(reported).toMatchObject({
            trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
            span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
          });
      }
    }
  });
});

test('no e-mail address, password or token is in any of it', () => {
  expect(tokens.filter(Boolean)).toHaveLength(3);
  const refreshSecret = tokens[1]!.split('.').at(-1)!;
  const everything = [
    ...Object.values(functions).map(({ output }) => output()),
    ...collector.taken.map(({ body }) => body.toString()),
  ].join('\n');
  expect(everything).toContain('/api/login');
  for (const text of [...Object.values(secret), ...tokens, refreshSecret, 'bob@example.org', ':test@', 'Bearer '])
    expect([text, everything.includes(text)]).toEqual([text, false]);
});
