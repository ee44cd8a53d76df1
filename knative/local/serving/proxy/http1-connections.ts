import type { Readable } from 'node:stream';
import type { InstanceConnections, InstanceExchange, InstanceRequest, ResponseHandler } from './instance-exchange.ts';
import { InstanceSocket } from './instance-socket.ts';
import { requestHead } from './request-head.ts';
import { after, type ResponseEvents, ResponseParser } from './response-parser.ts';

/** An idle connection is closed after this, or a second before the instance's own limit, when it says one. */
const idleMs = 4_000;
/** A connection that was idle for longer may have been closed meanwhile: what came is looked at before it is used again. */
const lookMs = 5;

/** HTTP/1.1 connections to an instance, kept alive: as many as there are requests at once. */
export function createHttp1Connections(port: number, host = '127.0.0.1'): InstanceConnections {
  const pool: Pool = { host, port, all: new Set(), idle: [] };
  let destroyed = false;
  return {
    send(request, handler) {
      let head: string;
      try {
        if (destroyed) throw Object.assign(new Error('destroyed'), { code: 'ECONNREFUSED' });
        head = requestHead(request);
      } catch (error) {
        const { code = 'EPROTO' } = error as NodeJS.ErrnoException;
        const over = { abandoned: false };
        queueMicrotask(() => over.abandoned || handler.onResponseFailed({ code, sent: false }));
        return { abandon: () => void (over.abandoned = true), resume() {} };
      }
      const exchange = new Http1Exchange(request, head, handler);
      connectionOf(pool).serve(exchange);
      return exchange;
    },
    destroy() {
      destroyed = true;
      for (const connection of pool.all) connection.destroy();
    },
  };
}

interface Pool {
  readonly host: string;
  readonly port: number;
  readonly all: Set<Http1Connection>;
  /** Those that serve no request; the last one was used last. */
  readonly idle: Http1Connection[];
}

function connectionOf(pool: Pool): Http1Connection {
  for (let found = pool.idle.pop(); found; found = pool.idle.pop()) {
    if (!found.expired) return found;
    found.destroy();
  }
  return new Http1Connection(pool);
}

class Http1Exchange implements InstanceExchange {
  readonly request: InstanceRequest;
  readonly head: string;
  readonly handler: ResponseHandler;
  /** The one that serves it, until it is over. */
  connection: Http1Connection | undefined;

  constructor(request: InstanceRequest, head: string, handler: ResponseHandler) {
    this.request = request;
    this.head = head;
    this.handler = handler;
  }

  abandon(): void {
    this.connection?.abandon();
  }

  resume(): void {
    this.connection?.resume();
  }
}

/** One connection, and the request that it serves. */
class Http1Connection implements ResponseEvents {
  readonly #pool: Pool;
  readonly #socket = new InstanceSocket();
  readonly #parser = new ResponseParser(this);
  #exchange: Http1Exchange | undefined;
  #open = false;
  /** The request was written, or some of it. */
  #sent = false;
  /** The body that is being written. */
  #body: Readable | undefined;
  #reusable = true;
  #upgradeFields: string[] = [];
  #code = 'ECONNRESET';
  #idleSince = 0;
  #idleMs = idleMs;
  #idle: NodeJS.Timeout | undefined;

  constructor(pool: Pool) {
    this.#pool = pool;
    pool.all.add(this);
    this.#socket
      .setNoDelay()
      .on('connect', () => this.#opened())
      .on('data', (bytes: Buffer) => this.#received(bytes))
      .on('drain', () => this.#body?.resume())
      .on('end', () => this.#ended())
      .on('error', ({ code }: NodeJS.ErrnoException) => void (this.#code = code ?? this.#code))
      .on('close', () => this.#closed())
      .connect(pool.port, pool.host)
      .unref();
  }

  get expired(): boolean {
    return this.#open && performance.now() - this.#idleSince > this.#idleMs;
  }

  serve(exchange: Http1Exchange): void {
    this.#exchange = exchange;
    exchange.connection = this;
    if (!this.#open) return;
    if (performance.now() - this.#idleSince < lookMs) this.#send();
    else setImmediate(() => this.#exchange === exchange && this.#send());
  }

  resume(): void {
    this.#socket.resume();
  }

  /** The request is no longer wanted. */
  abandon(): void {
    this.#over();
    if (this.#sent) this.destroy();
    else this.#release();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  // --- the request

  #opened(): void {
    this.#open = true;
    this.#idleSince = performance.now();
    if (this.#exchange) this.#send();
  }

  #send(): void {
    const { request, head } = this.#exchange!;
    const { body, upgrade } = request;
    this.#sent = true;
    this.#reusable = upgrade === '';
    if (!body) {
      this.#socket.write(head, 'latin1');
      return;
    }
    this.#socket.cork();
    this.#socket.write(head, 'latin1');
    if (Buffer.isBuffer(body)) this.#socket.write(body);
    else this.#pipe(body, request.length);
    this.#socket.uncork();
  }

  /** @param length in bytes; -1 sends it in chunks (RFC 9112 section 7.1) */
  #pipe(body: Readable, length: number): void {
    const socket = this.#socket;
    let sent = 0;
    const incomplete = () => {
      if (this.#body === body) this.#fail('ECONNRESET');
    };
    this.#body = body;
    body
      .on('data', (part: Buffer) => {
        sent += part.length;
        if (this.#body !== body || part.length === 0) return;
        if (length >= 0) {
          if (!socket.write(part)) body.pause();
          return;
        }
        socket.cork();
        socket.write(`${part.length.toString(16)}\r\n`, 'latin1');
        socket.write(part);
        if (!socket.write('\r\n', 'latin1')) body.pause();
        socket.uncork();
      })
      .on('end', () => {
        if (this.#body !== body) return;
        if (length >= 0 && sent !== length) return incomplete();
        this.#body = undefined;
        if (length < 0) socket.write('0\r\n\r\n', 'latin1');
      })
      .on('error', incomplete)
      .on('close', incomplete);
  }

  // --- the response

  #received(bytes: Buffer): void {
    try {
      const rest = this.#parser.execute(bytes);
      if (rest) this.#upgraded(rest);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (!code?.startsWith('HPE_')) throw error;
      this.#fail(code.startsWith('HPE_CB_') ? 'ECONNRESET' : code); // what a callback has refused
    }
  }

  onResponse(): boolean {
    return this.#exchange !== undefined && this.#sent;
  }

  onHead(status: number, reason: string, fields: string[], keepAlive: boolean, upgrade: boolean): number {
    const exchange = this.#exchange!;
    if (upgrade) {
      this.#upgradeFields = fields;
      return exchange.request.upgrade === '' ? after.refused : after.otherProtocol;
    }
    if (!keepAlive) this.#reusable = false;
    else this.#idleMs = idleLimit(fields);
    exchange.handler.onResponseHead(status, reason, fields);
    return exchange.request.method === 'HEAD' ? after.nothing : after.body;
  }

  onBody(bytes: Buffer): void {
    if (this.#exchange?.handler.onResponseBody(bytes) === false) this.#socket.pause();
  }

  onEnd(trailers: string[]): void {
    const exchange = this.#exchange;
    if (!exchange) return;
    this.#over();
    if (!this.#reusable || this.#body || this.#idleMs <= 0) this.destroy();
    // A server may close what it has promised to keep: that is seen in the next turn.
    else setImmediate(() => this.#release());
    exchange.handler.onResponseEnd(trailers);
  }

  #upgraded(rest: Buffer): void {
    const exchange = this.#exchange;
    const socket = this.#socket;
    if (!exchange) {
      this.destroy();
      return;
    }
    this.#over();
    this.#pool.all.delete(this);
    this.#parser.free();
    for (const event of ['data', 'drain', 'end', 'error', 'close']) socket.removeAllListeners(event);
    socket.pause();
    if (rest.length > 0) socket.unshift(rest);
    exchange.handler.onUpgrade(this.#upgradeFields, socket);
  }

  // --- its end

  /** The instance sends no more: that ends a response of which neither length nor chunks tell the end. */
  #ended(): void {
    if (this.#exchange && this.#sent) this.#parser.finish();
    this.#fail('ECONNRESET');
  }

  #closed(): void {
    clearTimeout(this.#idle);
    this.#fail(this.#code);
    this.#pool.all.delete(this);
    const at = this.#pool.idle.indexOf(this);
    if (at >= 0) this.#pool.idle.splice(at, 1);
    this.#parser.free();
  }

  #fail(code: string): void {
    const exchange = this.#exchange;
    this.#over();
    this.destroy();
    if (!exchange) return;
    if (this.#open && !this.#sent) connectionOf(this.#pool).serve(exchange);
    else exchange.handler.onResponseFailed({ code, sent: this.#sent });
  }

  #over(): void {
    if (this.#exchange) this.#exchange.connection = undefined;
    this.#exchange = undefined;
  }

  #release(): void {
    if (this.#socket.destroyed) return;
    this.#sent = false;
    this.#idleSince = performance.now();
    if (this.#socket.isPaused()) this.#socket.resume();
    this.#pool.idle.push(this);
    this.#idle ??= setTimeout(() => this.#expire(), idleMs).unref();
  }

  /** One timer for many requests: it looks how long the connection has been idle, and goes on. */
  #expire(): void {
    this.#idle = undefined;
    if (this.#exchange) return;
    const left = this.#idleMs - (performance.now() - this.#idleSince);
    if (left <= 0) this.destroy();
    else this.#idle = setTimeout(() => this.#expire(), left).unref();
  }
}

/** How long a connection may stay idle, by the instance's `Keep-Alive` (RFC 2068 section 19.7.1.1). */
function idleLimit(fields: readonly string[]): number {
  for (let at = 0; at < fields.length; at += 2) {
    if (fields[at] !== 'keep-alive') continue;
    const seconds = /(?:^|[,\s])timeout=([0-9]{1,6})/i.exec(fields[at + 1]!)?.[1];
    if (seconds !== undefined) return Math.min(idleMs, Number(seconds) * 1_000 - 1_000);
  }
  return idleMs;
}
