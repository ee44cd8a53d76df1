import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that a consumer got. */
export interface Call {
  method: string;
  headers: IncomingHttpHeaders;
  /** Names and values by turns, as they came. */
  rawHeaders: readonly string[];
  body: Buffer;
  atMs: number;
}

/** How a consumer responds: a status, a full response, no response, or a closed connection. */
export type ResponseSpec =
  | number
  | { status: number; headers?: Record<string, string>; body?: string; before?: number }
  | 'hang'
  | 'break off';

/** A consumer on this machine. */
export interface Receiver {
  url: string;
  /** POST requests so far. */
  calls: Call[];
  /** Requests by another method. */
  others: Call[];
  respond: (call: Call) => ResponseSpec | Promise<ResponseSpec>;
  close(): void;
}

/** Listens on a free port; `host` is how the broker names this machine. */
export async function receiver(
  host: string,
  now: () => number,
  respond: Receiver['respond'] = () => 202,
): Promise<Receiver> {
  const made: Receiver = { url: '', calls: [], others: [], respond, close };
  const server = createServer(
    { maxHeaderSize: 128 * 1024 },
    (request, response) => void receive(request, response, made, now),
  );
  await new Promise<void>((done) => server.listen(0, host === '127.0.0.1' ? host : '0.0.0.0', done));
  made.url = `http://${host}:${(server.address() as AddressInfo).port}/events`;
  function close() {
    server.closeAllConnections();
    server.close();
  }
  return made;
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  made: Receiver,
  now: () => number,
): Promise<void> {
  const parts: Buffer[] = [];
  const atMs = now();
  for await (const part of request) parts.push(part as Buffer);
  const { method = '', headers, rawHeaders } = request;
  const call: Call = { method, headers, rawHeaders, body: Buffer.concat(parts), atMs };
  if (method !== 'POST') {
    made.others.push(call);
    response.writeHead(405).end();
    return;
  }
  made.calls.push(call);
  const wanted = await made.respond(call);
  if (wanted === 'hang') return;
  if (wanted === 'break off') {
    request.socket.destroy();
    return;
  }
  const {
    status,
    headers: fields = {},
    body = '',
    before = undefined,
  } = typeof wanted === 'number' ? { status: wanted } : wanted;
  if (before) request.socket.write(`HTTP/1.1 ${before} Before\r\n\r\n`);
  // 101 has no body and is not a response for Node's own server.
  if (status < 200) request.socket.end(`HTTP/1.1 ${status} Last\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n`);
  else response.writeHead(status, fields).end(body);
}
