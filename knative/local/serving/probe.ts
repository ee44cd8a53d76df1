import { connect } from 'node:net';
import type { Probe } from '@dormouse/manifests/model';
import type { InstanceConnections, ResponseHandler } from './proxy/instance-exchange.ts';

/** Why a probe failed; `undefined` on success. */
export type ProbeFailure = string | undefined;

/** Probes an instance once, like kubelet and queue-proxy: a status of 200 to 399 succeeds; without a path a connection is enough. */
export function probe(
  { host = '127.0.0.1', port, connections }: { host?: string; port: number; connections: InstanceConnections },
  { path, timeoutMs }: Pick<Probe, 'path' | 'timeoutMs'>,
): Promise<ProbeFailure> {
  return new Promise((done) => {
    const cancel = path === undefined ? probePort(host, port, end) : probePath(connections, path, end);
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

function probePath(connections: InstanceConnections, path: string, end: End): () => void {
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
    onResponseEnd: () => end(status >= 200 && status < 400 ? undefined : `${path} answers ${status}${saying(body)}`),
    onUpgrade: () => {}, // it asks for none
    onResponseFailed: ({ code }) => end(`${path} cannot be reached (${code})`),
  };
  const fields = ['host', '127.0.0.1', 'user-agent', 'kube-probe/dormouse'];
  const request = { method: 'GET', path, fields, body: undefined, length: 0, upgrade: '' };
  const sending = connections.send(request, handler);
  return () => sending.abandon();
}

/** Beginning of a failed response: a problem's detail, else the body's text. */
function saying(body: string): string {
  const text = (/"detail":"((?:[^"\\]|\\.)*)"/.exec(body)?.[1] ?? body).replace(/\s+/g, ' ').trim().slice(0, 200);
  return text ? `: ${text}` : '';
}
