import { triggerList } from '@dormouse/eventing/trigger-list';
import { type HttpResponse, problem } from '@dormouse/http/http-response';
import { contentTypes, exposition } from '@dormouse/telemetry/query/prometheus-text';
import { tempoQuery, tempoSearch, tempoTrace, tempoTraceV2 } from '@dormouse/telemetry/query/tempo-api';
import { TempoQueryError } from '@dormouse/telemetry/query/tempo-query-error';
import { listedEvent } from './listed-event.ts';
import { limit, logQuery } from './log-query.ts';
import { decoded } from './path.ts';
import type { ConsoleSources } from './sources.ts';
import { liveStream } from './stream.ts';

const eventsListed = 500;

/** The console's JSON API; `undefined` for other paths. */
export async function consoleApi(url: URL, sources: ConsoleSources, accept = ''): Promise<HttpResponse | undefined> {
  const { pathname, searchParams } = url;
  if (pathname === '/metrics') return scraped(sources, accept);
  if (pathname === '/ready') return { status: 200, type: 'text/plain', body: 'ready\n' };
  if (!pathname.startsWith('/api/')) return undefined;
  const [, , kind, ...rest] = pathname.split('/').map(decoded);
  const path = rest.join('/');
  if (kind === 'events' && path !== '') return oneEvent(path, searchParams.get('source') ?? undefined, sources);
  if (kind === 'traces' && rest.length === 1) return trace(path, sources, tempoTrace);
  if (kind === 'v2' && rest[0] === 'traces' && rest.length === 2)
    return trace(rest[1] as string, sources, tempoTraceV2);
  if (kind === 'v2' && rest[0] === 'search') return tagsV2(rest.slice(1).join('/'), sources);
  if (kind === 'search') return search(path, searchParams, sources);
  switch (pathname) {
    case '/api/services':
      return json(sources.services());
    case '/api/events':
      return json(sources.brokers.recent(limit(searchParams, eventsListed)).map(listedEvent));
    case '/api/triggers':
      return json(sources.eventing ? triggerList(sources.eventing()) : []);
    case '/api/undeliverable':
      return json(sources.brokers.undeliverable());
    case '/api/routes':
      return json(sources.routes());
    case '/api/addresses':
      return sources.addresses ? json(sources.addresses) : problem(404, 'the addresses are not known');
    case '/api/logs':
      return json(sources.telemetry.logLines(logQuery(searchParams)));
    case '/api/stream':
      return { status: 200, type: 'text/event-stream', stream: (response) => liveStream(response, sources) };
    case '/api/echo':
      return { status: 200, type: 'text/plain', body: 'echo' };
    default:
      return problem(404, `there is nothing at ${pathname}`);
  }
}

function scraped({ telemetry }: ConsoleSources, accept: string): HttpResponse {
  const openMetrics = accept.includes('application/openmetrics-text');
  const body = exposition(telemetry.metrics, { nowMs: Date.now(), openMetrics });
  return { status: 200, type: openMetrics ? contentTypes.openMetrics : contentTypes.text, body };
}

async function oneEvent(id: string, source: string | undefined, { brokers }: ConsoleSources): Promise<HttpResponse> {
  const [event, ...more] = await brokers.find(id, source);
  if (!event) return problem(404, `no event ${id}${source === undefined ? '' : ` of ${source}`} is kept`);
  if (more.length > 0)
    return problem(
      409,
      `events ${id} of several sources are kept: name one with ?source= (${[event, ...more].map((each) => each.source).join(', ')})`,
    );
  return json(event);
}

function trace(
  id: string,
  { telemetry }: ConsoleSources,
  shape: (spans: ReturnType<typeof telemetry.trace>) => unknown,
): HttpResponse {
  const spans = telemetry.trace(id.toLowerCase().padStart(32, '0'));
  return spans.length > 0 ? json(shape(spans)) : problem(404, `trace ${id} is not known, or no longer`);
}

async function search(path: string, parameters: URLSearchParams, { telemetry }: ConsoleSources): Promise<HttpResponse> {
  const tag = /^tag\/(.+)\/values$/.exec(path)?.[1];
  if (tag) return json({ tagValues: telemetry.traces.tagValues(tag.replace(/^(?:resource|span)?\.(?=.)/, '')) });
  if (path === 'tags') return json({ tagNames: telemetry.traces.tags() });
  if (path !== '') return problem(404, 'there is only /api/search, /api/search/tags and /api/search/tag/…/values');
  try {
    return json(tempoSearch(telemetry.search(await tempoQuery(parameters))));
  } catch (error) {
    if (error instanceof TempoQueryError) return problem(400, error.message);
    throw error;
  }
}

const intrinsic = ['duration', 'kind', 'name', 'status'];

/** The second form of the same, in which tags have a scope and values a type. */
function tagsV2(path: string, { telemetry }: ConsoleSources): HttpResponse {
  const tag = /^tag\/(.+)\/values$/.exec(path)?.[1];
  if (tag) {
    const name = tag.replace(/^(?:resource|span)?\.(?=.)/, '').replace(/^span:/, '');
    const type = name === 'kind' || name === 'status' ? 'keyword' : 'string';
    return json({ tagValues: telemetry.traces.tagValues(name).map((value) => ({ type, value })) });
  }
  if (path !== 'tags') return problem(404, 'there is only /api/v2/search/tags and /api/v2/search/tag/…/values');
  const span = telemetry.traces.tags().filter((name) => !intrinsic.includes(name) && name !== 'service.name');
  return json({
    scopes: [
      { name: 'resource', tags: ['service.name'] },
      { name: 'span', tags: span },
      { name: 'intrinsic', tags: intrinsic },
    ],
  });
}

const json = (value: unknown): HttpResponse => ({
  status: 200,
  type: 'application/json',
  body: JSON.stringify(value),
});
