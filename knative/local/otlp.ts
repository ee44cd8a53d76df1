import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { readLogs, readSpans } from './otlp-json.ts';
import { readMetrics } from './otlp-metrics.ts';
import type { Telemetry } from './telemetry.ts';

/** Of a request's body, unpacked. */
const mostBytes = 4 * 1024 * 1024;
/** Of all bodies that wait to be read. */
const mostWaiting = 16 * 1024 * 1024;

export type Signal = 'traces' | 'logs' | 'metrics';
interface Answer {
  status: number;
  message?: string;
  headers?: Record<string, string>;
}

/** Told of each request that was read, with its bytes. */
export type Received = (signal: Signal, message: unknown, bytes: number) => void;

const keep: Readonly<Record<Signal, (telemetry: Telemetry, message: unknown) => void>> = {
  traces(telemetry, message) {
    for (const span of readSpans(message)) telemetry.addSpan(span, 'received');
  },
  logs(telemetry, message) {
    for (const line of readLogs(message)) telemetry.addLog(line, 'received');
  },
  metrics(telemetry, message) {
    for (const measured of readMetrics(message)) telemetry.addMeasured(measured, 'received');
  },
};
const unpack = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);

/**
 * OTLP/HTTP receiver (opentelemetry.io/docs/specs/otlp, "OTLP/HTTP"): `POST /v1/traces`, `/v1/logs` and `/v1/metrics` in JSON go to the
 * telemetry. Bodies are read one after the other, a turn of the event loop each; when too much waits the answer is 503 with
 * Retry-After, which exporters obey.
 */
export function otlpReceiver(telemetry: Telemetry, received: Received = () => {}): (request: IncomingMessage, response: ServerResponse) => void {
  let waiting = 0;
  let turn: Promise<unknown> = Promise.resolve();

  const take = async (signal: Signal, request: IncomingMessage, body: Buffer): Promise<Answer> => {
    if (waiting + body.length > mostWaiting) return { status: 503, message: 'too much telemetry is waiting', headers: { 'retry-after': '1' } };
    waiting += body.length;
    const mine = turn.then(() => new Promise(setImmediate)).then(() => read(signal, request, body));
    turn = mine;
    return mine.finally(() => {
      waiting -= body.length;
    });
  };

  const read = async (signal: Signal, request: IncomingMessage, body: Buffer): Promise<Answer> => {
    try {
      const plain = request.headers['content-encoding'] === 'gzip' ? await unpack(body, { maxOutputLength: mostBytes }) : body;
      const message: unknown = JSON.parse(plain.toString('utf8'));
      keep[signal](telemetry, message);
      received(signal, message, plain.length);
      return { status: 200 };
    } catch (error) {
      const tooLong = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
      return tooLong
        ? { status: 413, message: `a request may have ${mostBytes} bytes` }
        : { status: 400, message: `the body is not OTLP/JSON: ${(error as Error).message}` };
    }
  };

  return function receive(request, response) {
    const signal = /^\/v1\/(traces|logs|metrics)$/.exec((request.url ?? '').split('?', 1)[0] as string)?.[1] as Signal | undefined;
    const refusal = refusalOf(signal, request);
    if (refusal || !signal) {
      request.resume();
      answer(response, refusal ?? { status: 404 });
      return;
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= mostBytes) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.on('end', () => {
      if (bytes > mostBytes) answer(response, { status: 413, message: `a request may have ${mostBytes} bytes` });
      else void take(signal, request, Buffer.concat(chunks)).then((made) => answer(response, made));
    });
    request.on('error', () => {}); // whoever went away needs no answer
  };
}

function refusalOf(signal: Signal | undefined, { method, headers }: IncomingMessage): Answer | undefined {
  if (!signal) return { status: 404, message: 'POST /v1/traces, /v1/logs or /v1/metrics' };
  if (method !== 'POST') return { status: 405, message: `${method} is not allowed`, headers: { allow: 'POST' } };
  if (!/^application\/json\b/.test(headers['content-type'] ?? '')) {
    return { status: 415, message: 'only OTLP in JSON is understood here: set OTEL_EXPORTER_OTLP_PROTOCOL=http/json, or send to a collector' };
  }
  const encoding = headers['content-encoding'] ?? 'identity';
  return encoding === 'gzip' || encoding === 'identity' ? undefined : { status: 415, message: `content encoding ${encoding} is not understood: gzip is` };
}

function answer(response: ServerResponse, { status, message, headers }: Answer): void {
  const body = JSON.stringify(message === undefined ? {} : { message });
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers }).end(body);
}
