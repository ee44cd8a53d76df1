import type { Duplex } from 'node:stream';
import type { Dispatcher, Pool as PoolType } from 'undici';
import Pool from 'undici/lib/dispatcher/pool.js';
import type { InstanceConnections, InstanceExchange, InstanceRequest, ResponseHandler } from './instance-exchange.ts';
import { InstanceSocket } from './instance-socket.ts';

/** Largest head of an answer, bytes. */
const headLimit = 65_536;
/** An idle connection is closed after this, or a second before the instance's own limit, when it says one. */
const idleMs = 4_000;

/** HTTP/1.1 connections to an instance, kept alive: as many as there are requests at once. */
export function createHttp1Connections(port: number): InstanceConnections {
  const options: PoolType.Options = {
    connections: null,
    pipelining: 1,
    allowH2: false,
    // Times are the exchange's: an activator knows how long a request has waited.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: idleMs,
    keepAliveTimeoutThreshold: 1_000,
    maxHeaderSize: headLimit,
    connect(_, callback) {
      const socket = new InstanceSocket();
      socket.setNoDelay();
      socket
        .once('connect', () => callback(null, socket))
        .once('error', (error) => callback(error, null))
        .connect(port, '127.0.0.1');
    },
  };
  const pool = new Pool(`http://127.0.0.1:${port}`, options);
  return {
    send: (request, handler) => new Http1Exchange(pool, request, handler),
    destroy: () => void pool.destroy().catch(() => {}),
  };
}

/** One for all: clients can make thousands of them, and a stack costs more than the rest of their requests. */
const abandoned = new Error('abandoned');

class Http1Exchange implements InstanceExchange, Dispatcher.DispatchHandler {
  readonly #handler: ResponseHandler;
  #controller: Dispatcher.DispatchController | undefined;
  #over = false;
  #sending = true;

  constructor(
    pool: PoolType,
    { method, path, fields, body, length, upgrade }: InstanceRequest,
    handler: ResponseHandler,
  ) {
    this.#handler = handler;
    const headers = length > 0 && !Buffer.isBuffer(body) ? [...fields, 'content-length', String(length)] : fields;
    const upgraded = upgrade === '' ? {} : { upgrade };
    pool.dispatch({ method: method as Dispatcher.HttpMethod, path, headers, body: body ?? null, ...upgraded }, this);
    this.#sending = false;
  }

  /** The connection is open, and the request is about to be written. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Nothing is written yet: what throws here gives the connection to the next request, `abort` would destroy it.
    if (this.#over) throw abandoned;
    this.#controller = controller;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, _headers: unknown, reason = ''): void {
    if (status >= 200 && !this.#over) this.#handler.onResponseHead(status, reason, fieldsOf(controller.rawHeaders));
  }

  onResponseData(controller: Dispatcher.DispatchController, bytes: Buffer): void {
    if (!this.#over && !this.#handler.onResponseBody(bytes)) controller.pause();
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    if (this.#over) return;
    this.#over = true;
    this.#handler.onResponseEnd(fieldsOf(controller.rawTrailers));
  }

  onRequestUpgrade(
    controller: Dispatcher.DispatchController,
    _status: number,
    _headers: unknown,
    socket: Duplex,
  ): void {
    if (this.#over) {
      socket.destroy();
      return;
    }
    this.#over = true;
    this.#handler.onUpgrade(fieldsOf(controller.rawHeaders), socket);
  }

  onResponseError(_controller: unknown, { code = 'EPROTO' }: NodeJS.ErrnoException): void {
    if (this.#over) return;
    this.#over = true;
    const known = code === 'UND_ERR_SOCKET' ? 'ECONNRESET' : code;
    const failed = () => this.#handler.onResponseFailed({ code: known, sent: this.#controller !== undefined });
    // A pool that is closed says so before `send` has returned, and whoever sends is not prepared for that.
    if (this.#sending) queueMicrotask(failed);
    else failed();
  }

  abandon(): void {
    this.#over = true;
    this.#controller?.abort(abandoned);
  }

  resume(): void {
    this.#controller?.resume();
  }
}

/** Name, value, name, value …; names in lower case. */
function fieldsOf(raw: readonly (Buffer | string)[] | Record<string, unknown> | null | undefined): string[] {
  if (!Array.isArray(raw)) return [];
  const fields = new Array<string>(raw.length);
  for (let at = 0; at < raw.length; at++) fields[at] = raw[at].toString('latin1');
  for (let at = 0; at < raw.length; at += 2) fields[at] = fields[at]!.toLowerCase();
  return fields;
}
