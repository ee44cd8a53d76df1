import { get } from 'node:http';
import { connect } from 'node:net';
import type { Probe } from '@dormouse/manifests/model';
import type { HealthQuestion } from './grpc-health.ts';
import type { InstanceConnections, ResponseHandler } from './proxy/instance-exchange.ts';

/** Why a probe failed; `undefined` on success. */
export type ProbeFailure = string | undefined;

/** What a probe asks. */
export interface Probed {
  /** Default: 127.0.0.1. */
  host?: string;
  port: number;
  connections: InstanceConnections;
  /** Runs a command beside the instance; `undefined` when it exits with 0. */
  exec?: (command: readonly string[], timeoutMs: number) => Promise<ProbeFailure>;
}

/** Probes an instance once, like kubelet and queue-proxy: a status of 200 to 399 succeeds; without a path a connection is enough. */
export function probe(
  { host = '127.0.0.1', port: served, connections, exec }: Probed,
  { path, timeoutMs, port = served, headers = [], ...more }: Pick<Probe, 'path' | 'timeoutMs'> & Partial<Probe>,
): Promise<ProbeFailure> {
  if (more.exec) return exec?.(more.exec, timeoutMs) ?? Promise.resolve('commands are not run here');
  if (more.grpc !== undefined) return probeHealth({ host, port, service: more.grpc, timeoutMs });
  return new Promise((done) => {
    const cancel =
      path === undefined
        ? probePort(host, port, end)
        : port === served
          ? probePath(connections, { path, headers }, end)
          : probeOther({ host, port, path, headers }, end);
    const timer = setTimeout(() => {
      cancel();
      done(`${path ?? 'the port'} did not answer within ${timeoutMs} ms`);
    }, timeoutMs);
    function end(failure: ProbeFailure): void {
      clearTimeout(timer);
      done(failure);
    }
  });
}

/** gRPC is loaded with the first probe that needs it. */
async function probeHealth(question: HealthQuestion): Promise<ProbeFailure> {
  const { grpcHealth } = await import('./grpc-health.ts');
  return grpcHealth(question);
}

type End = (failure: ProbeFailure) => void;

function probePort(host: string, port: number, end: End): () => void {
  const socket = connect({ port, host })
    .once('connect', () => {
      socket.destroy();
      end(undefined);
    })
    .once('error', (error: NodeJS.ErrnoException) => end(`the port cannot be reached (${error.code})`));
  return () => socket.destroy();
}

interface Question {
  path: string;
  headers: readonly string[];
}

/** A host in `headers` takes the place of the usual one, as kubelet does it. */
const fieldsOf = (headers: readonly string[]): string[] => [
  ...(headers.some((name, at) => at % 2 === 0 && name.toLowerCase() === 'host') ? [] : ['host', '127.0.0.1']),
  'user-agent',
  'kube-probe/dormouse',
  ...headers,
];

function probePath(connections: InstanceConnections, { path, headers }: Question, end: End): () => void {
  let status = 0;
  let body = '';
  const handler: ResponseHandler = {
    onResponseHead(given) {
      status = given;
    },
    onResponseBody(bytes) {
      if (body.length < 500) body += bytes.toString('utf8', 0, 500);
      return true;
    },
    onResponseEnd: () => end(judged(path, status, body)),
    onUpgrade: () => {}, // it asks for none
    onResponseFailed: ({ code }) => end(`${path} cannot be reached (${code})`),
  };
  const request = { method: 'GET', path, fields: fieldsOf(headers), body: undefined, length: 0, upgrade: '' };
  const sending = connections.send(request, handler);
  return () => sending.abandon();
}

/** A port of the program that is not served: it has no connections of its own. */
function probeOther({ host, port, path, headers }: Question & { host: string; port: number }, end: End): () => void {
  const request = get({ host, port, path, headers: fieldsOf(headers), agent: false }, (response) => {
    let body = '';
    response
      .setEncoding('utf8')
      .on('data', (text: string) => {
        if (body.length < 500) body += text;
      })
      .once('end', () => end(judged(path, response.statusCode ?? 0, body)));
  }).once('error', ({ code, message }: NodeJS.ErrnoException) => end(`${path} cannot be reached (${code ?? message})`));
  return () => request.destroy();
}

const judged = (path: string, status: number, body: string): ProbeFailure =>
  status >= 200 && status < 400 ? undefined : `${path} answers ${status}${saying(body)}`;

/** Beginning of a failed response: a problem's detail, else the body's text. */
function saying(body: string): string {
  const text = (/"detail":"((?:[^"\\]|\\.)*)"/.exec(body)?.[1] ?? body).replace(/\s+/g, ' ').trim().slice(0, 200);
  return text ? `: ${text}` : '';
}
