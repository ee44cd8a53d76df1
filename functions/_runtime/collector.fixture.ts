import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedExport {
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface OtlpSpan {
  kind: number;
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: { key: string; value: Record<string, unknown> }[];
}

export interface OtlpPoint {
  attributes: { key: string; value: Record<string, unknown> }[];
  asDouble?: number;
  asInt?: number;
  count?: number;
  sum?: number;
  exemplars?: { traceId: string; spanId: string; asDouble: number }[];
}

export interface OtlpMetric {
  name: string;
  unit: string;
  resource: Record<string, unknown>;
  points: OtlpPoint[];
}

/** A receiver of OTLP/HTTP in JSON that keeps what it took. */
export interface Collector {
  url: string;
  taken: ReceivedExport[];
  /** Answers the next requests with these statuses instead of 200. */
  failNext(...statuses: number[]): void;
  /** Requests that were answered otherwise than 200. */
  failed(): number;
  /** Answers nothing until what it returns is called. */
  hang(): () => void;
  /** Requests that wait for an answer. */
  hanging(): number;
  /** Most requests that waited for one at a time. */
  maxAtOnce(): number;
  /** Of all requests that were answered 200. */
  spans(): OtlpSpan[];
  /** In the order they came; a cumulative metric comes with each push. */
  metrics(): OtlpMetric[];
  close(): void;
}

interface Data {
  dataPoints: OtlpPoint[];
}

interface Metric {
  name: string;
  unit: string;
  sum?: Data;
  gauge?: Data;
  histogram?: Data;
}

interface Request {
  resourceSpans?: { scopeSpans: { spans: OtlpSpan[] }[] }[];
  resourceMetrics?: { resource: Pick<OtlpPoint, 'attributes'>; scopeMetrics: { metrics: Metric[] }[] }[];
}

const metricOf = ({ name, unit, sum, gauge, histogram }: Metric, resource: Record<string, unknown>): OtlpMetric => ({
  name,
  unit,
  resource,
  points: (sum ?? gauge ?? histogram)?.dataPoints ?? [],
});

export async function openCollector(): Promise<Collector> {
  const taken: ReceivedExport[] = [];
  const failures: number[] = [];
  let failed = 0;
  let waiting = 0;
  let maxAtOnce = 0;
  let held: Promise<void> | undefined;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', async () => {
        maxAtOnce = Math.max(maxAtOnce, ++waiting);
        await held;
        waiting--;
        const status = failures.shift() ?? 200;
        if (status === 200)
          taken.push({ path: request.url as string, headers: request.headers, body: Buffer.concat(chunks) });
        else failed++;
        response.writeHead(status).end();
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bodies = (path: string) =>
    taken.filter((each) => each.path === path).map(({ body }) => JSON.parse(body.toString()) as Request);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    failNext: (...statuses) => void failures.push(...statuses),
    failed: () => failed,
    hang() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return () => {
        held = undefined;
        resolve();
      };
    },
    hanging: () => waiting,
    maxAtOnce: () => maxAtOnce,
    spans: () =>
      bodies('/v1/traces').flatMap(({ resourceSpans = [] }) =>
        resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      ),
    metrics: () =>
      bodies('/v1/metrics').flatMap(({ resourceMetrics = [] }) =>
        resourceMetrics.flatMap(({ resource, scopeMetrics }) =>
          scopeMetrics.flatMap(({ metrics }) => metrics.map((each) => metricOf(each, attributesOf(resource)))),
        ),
      ),
    close: () => void server.close().closeAllConnections(),
  };
}

/** The attributes of a point or span as an object. */
export const attributesOf = ({ attributes }: Pick<OtlpPoint, 'attributes'>): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
