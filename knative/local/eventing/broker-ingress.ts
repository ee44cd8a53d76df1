import type { IncomingMessage, ServerResponse } from 'node:http';
import { reasonPhrase } from '@dormouse/http/reason-phrase';
import type { Telemetry } from '@dormouse/telemetry/telemetry';
import { readTraceparent, type TraceContext } from '@dormouse/telemetry/traceparent';
import type { Clock } from '@dormouse/time/clock';
import { eventAttributes } from './delivery/delivery-span.ts';
import { headersFor, receiveEvent, samplers } from './received-event.ts';
import { InvalidEventError, readEvents } from './store/cloudevents.ts';
import type { BrokerEvent } from './store/stored-event.ts';

export interface BrokerIngressOptions {
  /** Stores events of the broker `namespace/name`; `undefined` when no such broker exists. */
  publisher: (broker: string) => ((events: readonly BrokerEvent[]) => Promise<void>) | undefined;
  telemetry: Telemetry;
  clock: Clock;
  report: (sentence: string, traceId?: string) => void;
}

export const maxBodyBytes = 1024 * 1024;
/** A listener's `maxHeaderSize`: fits 64 KiB of event attributes in headers, and the headers that proxies add. */
export const maxHeadBytes = 96 * 1024;
/** What a sender may send: a batch must be asked for (CloudEvents HTTP protocol binding, section 3). */
const acceptPost = 'application/cloudevents-batch+json, application/cloudevents+json, */*';
/** Abuse protection (CloudEvents HTTP webhooks, section 4.2): any origin may send, at any rate. */
const permission = {
  allow: 'POST, OPTIONS',
  'webhook-allowed-origin': '*',
  'webhook-allowed-rate': '*',
  'content-length': '0',
};

/** HTTP handler of the brokers: `POST /<namespace>/<broker>` responds 202 once every event of the request is on disk. */
export function brokerIngress({ publisher, telemetry, clock, report }: BrokerIngressOptions) {
  const sampled = samplers(clock);

  return function handle(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '/').split('?', 1)[0] as string;
    const [, namespace, name, ...rest] = path.split('/');
    const publish = namespace && name && rest.join('/') === '' ? publisher(`${namespace}/${name}`) : undefined;
    if (!publish) reject(request, response, 404, `there is no broker at ${path}: POST /<namespace>/<broker>`);
    else if (request.method === 'OPTIONS') response.writeHead(200, permission).end();
    else if (request.method !== 'POST')
      reject(request, response, 405, `${request.method} is not allowed: events are sent with POST`, {
        allow: 'POST, OPTIONS',
      });
    else if ((request.headers['content-encoding'] ?? 'identity') !== 'identity')
      reject(request, response, 415, 'only content encoding identity is understood');
    else {
      readBody(request, (body) => {
        if (body) void accept(request, response, { broker: `${namespace}/${name}`, publish, body });
        else reject(request, response, 413, `an event may have ${maxBodyBytes} bytes`, { connection: 'close' });
      });
    }
  };

  async function accept(
    request: IncomingMessage,
    response: ServerResponse,
    {
      broker,
      publish,
      body,
    }: { broker: string; publish: (events: readonly BrokerEvent[]) => Promise<void>; body: Buffer },
  ): Promise<void> {
    const startMs = clock.now();
    const started = performance.now();
    try {
      rejectRepeated(request);
      const events = readEvents(request.headers, body);
      const received = events.map((event) =>
        receiveEvent(events.length > 1 ? headersFor(request.headers, event) : request.headers, event, sampled),
      );
      if (received.length > 0) await publish(received.map(({ event }) => event));
      for (const { event, parent, trace } of received) {
        if (trace.sampled)
          telemetry.addSpan(sendSpan(broker, event, parent, trace, startMs, performance.now() - started));
      }
      response.writeHead(202, { 'content-length': '0', 'accept-post': acceptPost }).end();
    } catch (error) {
      const traceId = readTraceparent(request.headers.traceparent)?.traceId;
      const rejected = error instanceof InvalidEventError;
      report(
        rejected
          ? `an event was rejected: ${error.message}`
          : `an event could not be stored: ${(error as Error).message}`,
        traceId,
      );
      if (rejected) reject(request, response, error.status, error.message);
      else reject(request, response, 503, 'the event could not be stored', { 'retry-after': '1' });
    }
  }
}

/** Each attribute may occur once (CloudEvents, "Context Attributes"), but Node joins the values of repeated headers. */
export function rejectRepeated({ headers, rawHeaders }: IncomingMessage): void {
  let distinct = 0;
  for (const name in headers) if (name.startsWith('ce-')) distinct++;
  for (let i = 0; i < rawHeaders.length; i += 2) if (/^ce-/i.test(rawHeaders[i] as string)) distinct--;
  if (distinct !== 0) throw new InvalidEventError('an attribute is given more than once');
}

/** Calls `done` with the body, or with `undefined` when it exceeds `maxBodyBytes`. */
export function readBody(request: IncomingMessage, done: (body: Buffer | undefined) => void): void {
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) {
    done(undefined);
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    if (bytes > maxBodyBytes) return;
    bytes += chunk.length;
    chunks.push(chunk);
    if (bytes > maxBodyBytes) done(undefined);
  });
  request.on('end', () => {
    if (bytes <= maxBodyBytes) done(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
  });
  request.on('error', () => {}); // the client has disconnected: there is nobody to respond to
}

/** Answers with problem+json. */
export function reject(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  detail: string,
  headers: Record<string, string> = {},
): void {
  const body = JSON.stringify({ type: 'about:blank', title: reasonPhrase(status), status, detail });
  response
    .writeHead(status, {
      'content-type': 'application/problem+json',
      'content-length': Buffer.byteLength(body),
      ...headers,
    })
    .end(body);
  request.resume();
}

function sendSpan(
  broker: string,
  { attributes }: BrokerEvent,
  parent: TraceContext | undefined,
  trace: TraceContext,
  startMs: number,
  durationMs: number,
) {
  return {
    traceId: trace.traceId,
    spanId: trace.spanId,
    ...(parent ? { parentId: parent.spanId } : {}),
    name: `send ${broker}`,
    kind: 'server' as const,
    service: 'broker',
    startMs,
    durationMs,
    attributes: {
      'messaging.system': 'knative',
      'messaging.operation.type': 'send',
      'messaging.destination.name': broker,
      'messaging.message.id': attributes.id as string,
      ...eventAttributes(attributes),
    },
  };
}
