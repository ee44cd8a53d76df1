import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import type {
  InstanceConnections,
  InstanceExchange,
  InstanceRequest,
  ResponseHandler,
} from './instance-connections.ts';
import { InstanceSocket } from './instance-socket.ts';

/** Largest head of an answer, bytes. */
const headLimit = 65_536;
/** An idle connection is closed after this, or a second before the instance's own limit, when it says one. */
const idleMs = 4_000;
/** Methods whose requests say nothing about a body when they have none (RFC 9110 section 8.6). */
const bodiless = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);

/** HTTP/1.1 connections to an instance, kept alive. */
export function createHttp1Connections(port: number): InstanceConnections {
  const open = new Set<InstanceSocket>();
  const connect = () => {
    const socket = new InstanceSocket();
    open.add(socket);
    socket.once('close', () => open.delete(socket)).setNoDelay();
    socket.connect(port, '127.0.0.1');
    return socket;
  };
  const agent = new Agent({ keepAlive: true, timeout: idleMs, scheduling: 'lifo' });
  agent.createConnection = connect;
  return {
    send: (request, handler) => new Http1Exchange(port, agent, request, handler),
    destroy() {
      agent.destroy();
      for (const socket of open) socket.destroy();
    },
  };
}

class Http1Exchange implements InstanceExchange {
  readonly #handler: ResponseHandler;
  readonly #request: ClientRequest;
  #response: IncomingMessage | undefined;
  #over = false;

  constructor(
    port: number,
    agent: Agent,
    { method, path, fields, body, length, upgrade }: InstanceRequest,
    handler: ResponseHandler,
  ) {
    this.#handler = handler;
    if (upgrade !== '') fields.push('connection', 'upgrade', 'upgrade', upgrade);
    else if (length < 0) fields.push('transfer-encoding', 'chunked');
    else if (length > 0 || !bodiless.has(method)) fields.push('content-length', String(length));
    this.#request = httpRequest({
      port,
      method,
      path,
      headers: fields,
      agent,
      insecureHTTPParser: false,
      maxHeaderSize: headLimit,
    });
    this.#request
      .on('response', (response) => this.#onResponse(response))
      .on('error', (error: NodeJS.ErrnoException) => this.#fail(error))
      .on('close', () => this.#fail({ code: 'ECONNRESET' }));
    if (upgrade !== '') this.#request.on('upgrade', (response, socket, head) => this.#upgraded(response, socket, head));
    this.#sendBody(body);
  }

  #sendBody(body: Buffer | Readable | undefined): void {
    if (!body) this.#request.end();
    else if (Buffer.isBuffer(body)) this.#request.end(body);
    else {
      // Once it is connected: a connection that is refused has taken nothing of the body.
      this.#request.once('socket', (socket) => {
        const pipe = () => void body.on('error', () => this.#request.destroy()).pipe(this.#request);
        if (socket.connecting) socket.once('connect', pipe);
        else pipe();
      });
    }
  }

  #onResponse(response: IncomingMessage): void {
    if (this.#over) {
      response.destroy();
      return;
    }
    if (response.statusCode === 101) {
      this.#fail({ code: 'EPROTO' }); // a change that was not asked for
      return;
    }
    this.#response = response;
    response
      .on('data', (bytes: Buffer) => {
        if (!this.#over && !this.#handler.onResponseBody(bytes)) response.pause();
      })
      .on('end', () => this.#end(response))
      .on('error', (error: NodeJS.ErrnoException) => this.#fail(error));
    this.#handler.onResponseHead(response.statusCode!, response.statusMessage ?? '', lowered(response.rawHeaders));
  }

  #end(response: IncomingMessage): void {
    if (this.#over) return;
    this.#over = true;
    // An answer before the end of the request: what is left of it is of no use, so the connection cannot be used again.
    if (!this.#request.writableFinished) this.#request.destroy();
    this.#handler.onResponseEnd(lowered(response.rawTrailers));
  }

  #upgraded(response: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#over) {
      socket.destroy();
      return;
    }
    this.#over = true;
    this.#handler.onUpgrade(lowered(response.rawHeaders), socket, head);
  }

  #fail({ code = 'EPROTO' }: { code?: string | undefined }): void {
    if (this.#over) return;
    this.#over = true;
    this.#request.destroy();
    this.#handler.onResponseFailed({ code, sent: (this.#request.socket as InstanceSocket | null)?.everOpen === true });
  }

  abandon(): void {
    this.#over = true;
    this.#request.destroy();
  }

  resume(): void {
    this.#response?.resume();
  }
}

function lowered(raw: string[]): string[] {
  for (let at = 0; at < raw.length; at += 2) raw[at] = raw[at]!.toLowerCase();
  return raw;
}
