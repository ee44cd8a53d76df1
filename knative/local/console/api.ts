import { triggerList } from '@dormouse/eventing/trigger-list';
import { contentTypes, exposition } from '@dormouse/telemetry/query/prometheus-text';
import { tempoQuery, tempoSearch, tempoTrace, tempoTraceV2 } from '@dormouse/telemetry/query/tempo-api';
import { TempoQueryError } from '@dormouse/telemetry/query/tempo-query-error';
import { QueryTimeoutError } from '@dormouse/telemetry/query/turns';
import type { Telemetry } from '@dormouse/telemetry/telemetry';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { listedEvent } from './listed-event.ts';
import { limit, logQuery } from './log-query.ts';
import { parametersOf } from './parameters.ts';
import { problem } from './problem.ts';
import type { ConsoleSources } from './sources.ts';
import { liveStream } from './stream.ts';

const eventsListed = 500;
const maxQueryBytes = 256 * 1024;

/** The console's JSON, and what Prometheus' and Tempo's clients ask for. */
export function apiRoutes(sources: ConsoleSources): Hono {
  const { brokers, telemetry } = sources;
  const app = new Hono();
  app.get('/ready', (c) => c.text('ready\n'));
  app.get('/-/ready', (c) => c.text('Prometheus Server is Ready.\n'));
  app.get('/-/healthy', (c) => c.text('Prometheus Server is Healthy.\n'));
  app.get('/metrics', (c) => {
    const openMetrics = c.req.header('accept')?.includes('application/openmetrics-text') ?? false;
    const type = openMetrics ? contentTypes.openMetrics : contentTypes.text;
    return c.body(exposition(telemetry.metrics, { nowMs: Date.now(), openMetrics }), 200, { 'content-type': type });
  });

  app.get('/api/services', (c) => c.json(sources.services()));
  app.get('/api/routes', (c) => c.json(sources.routes()));
  app.get('/api/triggers', (c) => c.json(sources.eventing ? triggerList(sources.eventing()) : []));
  app.get('/api/addresses', (c) =>
    sources.addresses ? c.json(sources.addresses) : problem(404, 'the addresses are not known'),
  );
  app.get('/api/events', (c) => c.json(brokers.recent(limit(parametersOf(c), eventsListed)).map(listedEvent)));
  app.get('/api/events/:id{.+}', (c) => oneEvent(c, c.req.param('id'), sources));
  app.get('/api/undeliverable', (c) => c.json(brokers.undeliverable()));
  app.get('/api/logs', (c) => c.json(telemetry.logLines(logQuery(parametersOf(c)))));
  app.get('/api/stream', (c) => liveStream(c, sources));

  // Prometheus' API is asked by GET, or by POST with a form, and changes nothing either way.
  const queryLimit = bodyLimit({
    maxSize: maxQueryBytes,
    onError: () => problem(413, `a query may have ${maxQueryBytes} bytes`),
  });
  app.on(['GET', 'POST'], '/api/v1/:path{.+}', queryLimit, async (c) => {
    const { prometheusApi } = await import('@dormouse/telemetry/query/prometheus-api');
    const parameters = parametersOf(c);
    if (c.req.method === 'POST')
      for (const [name, value] of new URLSearchParams(await c.req.text())) parameters.append(name, value);
    const { status, body } = await prometheusApi(
      c.req.param('path'),
      parameters,
      telemetry.metrics,
      Date.now(),
      sources.alerting?.()?.rules,
    );
    return c.body(body, status as ContentfulStatusCode, { 'content-type': 'application/json' });
  });

  const trace = (path: string, shape: (spans: ReturnType<Telemetry['trace']>, dropped: number) => unknown) =>
    app.get(path, (c) => {
      const id = (c.req.param('id') as string).toLowerCase().padStart(32, '0');
      const spans = telemetry.trace(id);
      if (spans.length === 0) return problem(404, `trace ${c.req.param('id')} is not known, or no longer`);
      const dropped = telemetry.droppedOf(id);
      return c.json(shape(spans, dropped), 200, dropped > 0 ? { 'x-dropped-spans': String(dropped) } : {});
    });
  app.get('/api/echo', (c) => c.text('echo'));
  trace('/api/traces/:id', tempoTrace);
  trace('/api/v2/traces/:id', tempoTraceV2);
  app.get('/api/search', async (c) => {
    try {
      return c.json(tempoSearch(await telemetry.search(await tempoQuery(parametersOf(c)))));
    } catch (error) {
      if (error instanceof TempoQueryError) return problem(400, error.message);
      if (error instanceof QueryTimeoutError) return problem(503, error.message);
      throw error;
    }
  });
  app.get('/api/search/tags', (c) => c.json({ tagNames: telemetry.traces.tags() }));
  app.get('/api/search/tag/:tag/values', (c) =>
    c.json({ tagValues: telemetry.traces.tagValues(withoutScope(c.req.param('tag'))) }),
  );
  // The second form of the same, in which tags have a scope and values a type.
  app.get('/api/v2/search/tags', (c) => c.json({ scopes: scopes(telemetry.traces.tags()) }));
  app.get('/api/v2/search/tag/:tag/values', (c) => {
    const name = withoutScope(c.req.param('tag')).replace(/^span:/, '');
    const type = name === 'kind' || name === 'status' ? 'keyword' : 'string';
    return c.json({ tagValues: telemetry.traces.tagValues(name).map((value) => ({ type, value })) });
  });
  return app;
}

async function oneEvent(c: Context, id: string, { brokers }: ConsoleSources): Promise<Response> {
  const source = c.req.query('source');
  const [event, ...more] = await brokers.find(id, source);
  if (!event) return problem(404, `no event ${id}${source === undefined ? '' : ` of ${source}`} is kept`);
  if (more.length > 0) {
    const sources = [event, ...more].map((each) => each.source).join(', ');
    return problem(409, `events ${id} of several sources are kept: name one with ?source= (${sources})`);
  }
  return c.json(event);
}

const withoutScope = (tag: string) => tag.replace(/^(?:resource|span)?\.(?=.)/, '');

const intrinsic = ['duration', 'kind', 'name', 'status'];

const scopes = (names: readonly string[]) => [
  { name: 'resource', tags: ['service.name'] },
  { name: 'span', tags: names.filter((name) => !intrinsic.includes(name) && name !== 'service.name') },
  { name: 'intrinsic', tags: intrinsic },
];
