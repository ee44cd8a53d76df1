import type { IncomingMessage, ServerResponse } from 'node:http';
import { type RefusalCause, refusals } from '../refused-telemetry.ts';
import type { Telemetry } from '../telemetry.ts';
import { farAway } from './far-away.ts';
import { Bodies, type NoBody } from './otlp-body.ts';
import { type Format, json, type Rejected, type Signal } from './otlp-format.ts';
import { type Reject, readLogs, readSpans } from './otlp-json.ts';
import { readMetrics } from './otlp-metrics.ts';

/** Maximum size of a request's body, compressed and decompressed. */
const maxBytes = 4 * 1024 * 1024;
/** Maximum size of all bodies that are being received or wait to be parsed. */
const maxWaiting = 16 * 1024 * 1024;

interface OtlpResponse {
  status: number;
  body: string | Uint8Array;
  headers?: Record<string, string>;
}
interface OtlpError {
  status: number;
  message: string;
  headers?: Record<string, string>;
}

/** Called with each parsed request, in the shape of OTLP's JSON. */
export type Received = (signal: Signal, message: unknown) => void;

/** Called with each item that a store does not take. */
type Refused = (cause: RefusalCause | undefined) => void;

/** Parses a whole request; the returned function stores it. A request that fails to parse stores nothing. */
const readAll: Readonly<
  Record<Signal, (telemetry: Telemetry, message: unknown, reject: Reject, nowMs: number) => (refused: Refused) => void>
> = {
  traces(telemetry, message, reject, nowMs) {
    const spans = [...readSpans(message, { reject, farAway: farAway('traces', nowMs) })];
    return (refused) => {
      for (const span of spans) refused(telemetry.addSpan(span, 'received'));
    };
  },
  logs(telemetry, message, reject, nowMs) {
    const lines = [...readLogs(message, { reject, farAway: farAway('logs', nowMs), nowMs })];
    return () => {
      for (const line of lines) telemetry.addLog(line, 'received');
    };
  },
  metrics(telemetry, message, reject, nowMs) {
    const measures = [...readMetrics(message, { reject, farAway: farAway('metrics', nowMs) })];
    return (refused) => {
      for (const measured of measures) refused(telemetry.addMeasured(measured, 'received'));
    };
  },
};

const errorStatuses: Readonly<Record<NoBody, OtlpError>> = {
  'too long': { status: 413, message: `a request may have ${maxBytes} bytes` },
  'no room': { status: 503, message: 'too much telemetry is waiting', headers: { 'retry-after': '1' } },
  gone: { status: 400, message: 'the body ended too early' },
};

/**
 * OTLP/HTTP receiver (opentelemetry.io/docs/specs/otlp, "OTLP/HTTP"): `POST /v1/traces`, `/v1/logs` and `/v1/metrics` in JSON or protobuf, plain
 * or compressed by gzip, are added to the telemetry. Bodies are parsed one per turn of the event loop; when too many wait the response is 503
 * with Retry-After, which exporters obey. What is rejected is counted in the response's partial success.
 *
 * @param secret is masked wherever it occurs: instrumentations record the addresses that a function sends to, and those of the platform contain it
 */
export function otlpReceiver(
  telemetry: Telemetry,
  received: Received = () => {},
  secret?: string,
  now: () => number = Date.now,
): (request: IncomingMessage, response: ServerResponse) => void {
  const bodies = new Bodies({ maxBodyBytes: maxBytes, maxBytes: maxWaiting });
  let turn: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(read: () => Promise<T>): Promise<T> => {
    const mine = turn.then(() => new Promise(setImmediate)).then(read);
    turn = mine;
    return mine;
  };

  const read = async (
    signal: Signal,
    format: Format,
    body: Buffer,
    encoding: string | undefined,
  ): Promise<OtlpResponse> => {
    try {
      const message = format.read(signal, masked(await bodies.unpacked(body, encoding), secret));
      const { reject, refused, rejected, each } = tally();
      const keep = readAll[signal](telemetry, message, reject, now());
      received(signal, message);
      keep(refused);
      for (const [refusal, count] of each) telemetry.refuse({ signal, ...refusal }, count);
      return { status: 200, body: format.accepted(signal, rejected()) };
    } catch (error) {
      const tooLong = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
      return failed(
        format,
        tooLong
          ? errorStatuses['too long']
          : { status: 400, message: `the body is not OTLP: ${(error as Error).message}` },
      );
    }
  };

  const receive = async (request: IncomingMessage): Promise<[Format, OtlpResponse]> => {
    const { 'content-type': type, 'content-encoding': encoding } = request.headers;
    const [signal, format] = [signalOf(request), await formatOf(type)];
    const requestError = errorOf(signal, format, request);
    if (requestError || !signal || !format) {
      request.resume();
      return [format ?? json, failed(format ?? json, requestError ?? errorStatuses.gone)];
    }
    const respond = (body: Buffer | NoBody) =>
      typeof body === 'string'
        ? failed(format, errorStatuses[body])
        : inTurn(() => read(signal, format, body, encoding));
    return [format, await bodies.take(request, respond)];
  };

  return function receiveOtlp(request, response) {
    request.on('error', () => {}); // the client has disconnected: there is nobody to respond to
    const respond = ([{ contentType }, { status, body, headers }]: [Format, OtlpResponse]) =>
      void response
        .writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body), ...headers })
        .end(body);
    receive(request).then(respond, (error: Error) =>
      respond([json, failed(json, { status: 500, message: error.message })]),
    );
  };
}

/** Overwrites the secret in its length, which fits both forms of OTLP. */
function masked(body: Buffer, secret: string | undefined): Buffer {
  if (secret === undefined) return body;
  for (let at = body.indexOf(secret); at >= 0; at = body.indexOf(secret, at)) body.fill('*', at, at + secret.length);
  return body;
}

const signalOf = ({ url = '' }: IncomingMessage): Signal | undefined =>
  /^\/v1\/(traces|logs|metrics)$/.exec(url.split('?', 1)[0] as string)?.[1] as Signal | undefined;

/** Loads the protobuf reader with the first request. */
async function formatOf(contentType = ''): Promise<Format | undefined> {
  if (/^application\/json\b/i.test(contentType)) return json;
  return /^application\/x-protobuf\b/i.test(contentType) ? (await import('./otlp-protobuf.ts')).protobuf : undefined;
}

function errorOf(
  signal: Signal | undefined,
  format: Format | undefined,
  { method, headers }: IncomingMessage,
): OtlpError | undefined {
  if (!signal) return { status: 404, message: 'POST /v1/traces, /v1/logs or /v1/metrics' };
  if (method !== 'POST') return { status: 405, message: `${method} is not allowed`, headers: { allow: 'POST' } };
  if (!format) {
    return {
      status: 415,
      message: 'only OTLP over HTTP is understood here: set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf or http/json',
    };
  }
  const encoding = headers['content-encoding'] ?? 'identity';
  return encoding === 'gzip' || encoding === 'identity'
    ? undefined
    : { status: 415, message: `content encoding ${encoding} is not understood: gzip is` };
}

const failed = (format: Format, { status, message, headers = {} }: OtlpError): OtlpResponse => ({
  status,
  body: format.failed(message),
  headers,
});

/** Sums up what is rejected by the reader, `each` by cause and sender, and what the stores refused, who count that themselves. */
function tally() {
  const reasons = new Set<string>();
  const each = new Map<{ cause: RefusalCause; sender: string }, number>();
  const keys = new Map<string, { cause: RefusalCause; sender: string }>();
  let count = 0;
  const reject: Reject = (n, { cause, sender, words = refusals[cause] }) => {
    if (n === 0) return;
    count += n;
    reasons.add(words);
    const key = `${cause} ${sender}`;
    const refusal = keys.get(key) ?? { cause, sender };
    keys.set(key, refusal);
    each.set(refusal, (each.get(refusal) ?? 0) + n);
  };
  const refused: Refused = (cause) => {
    if (!cause) return;
    count++;
    reasons.add(refusals[cause]);
  };
  const rejected = (): Rejected | undefined =>
    count > 0 ? { count, message: `not kept here: ${[...reasons].join('; ')}` } : undefined;
  return { reject, refused, rejected, each };
}
