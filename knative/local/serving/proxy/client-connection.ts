import type { Socket } from 'node:net';
import { ChunkedReader } from '@dormouse/http/chunked';
import { ProblemError } from '@dormouse/http/problem-error';
import { reasonPhrase } from '@dormouse/http/reason-phrase';
import { headLimit, RequestHead } from '@dormouse/http/request-head';
import { chunked, type ResponseHead, untilClose } from '@dormouse/http/response-head';
import { Exchange, type Target } from './exchange.ts';
import { RequestBody } from './request-body.ts';

/** Handler of a listener: routes requests and adds header fields in both directions. */
export interface RequestHandler {
  /** Responds by `forward`, `reply` or a thrown ProblemError. */
  accept(connection: ClientConnection): void;
  /** Header lines of the response, added ones included. */
  responseFields(connection: ClientConnection, head: ResponseHead): string;
  /** Header lines and body of a problem response. */
  problem(connection: ClientConnection, problem: ProblemError): { fields: string; body: string };
  finished(connection: ClientConnection, status: number, bytes: number): void;
  closed(connection: ClientConnection): void;
}

type Phase = 'head' | 'busy' | 'lingering' | 'closed';

const headEnd = Buffer.from('\r\n\r\n');
const empty = Buffer.alloc(0);
/** Maximum buffered bytes of pipelined requests. */
const restLimit = 65_536;
/** Bodies up to this size share a write with the head, bytes. */
const joinLimit = 32_768;
const lingerMs = 2_000;

export interface ConnectionTimeouts {
  /** Limit for a complete head. */
  headMs: number;
  /** Limit for a complete body, plus one second per 16 KiB. */
  bodyMs: number;
  idleMs: number;
}

/** A client's HTTP/1.x connection: serves one request at a time, streams bodies in both directions. */
export class ClientConnection extends Exchange {
  readonly request = new RequestHead();
  readonly address: string;
  /** When the request's head was complete (`performance.now`). */
  startedAt = 0;
  /** State of the request handler for the current request. */
  traceId = '';
  spanId = '';
  parentId = '';
  sampled = false;
  path = '';
  route: unknown;
  bodiless = false;
  protected responding = false;
  readonly #socket: Socket;
  readonly #requestHandler: RequestHandler;
  #phase: Phase = 'head';
  #rest: Buffer | undefined;
  readonly #body = new RequestBody();
  #deadline = 0;
  #totalMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #since: number;
  #status = 0;
  #bytes = 0;
  #closing = false;
  #unchunk: ChunkedReader | undefined;
  #stopping = false;

  constructor(socket: Socket, handler: RequestHandler) {
    super();
    this.#socket = socket;
    this.#requestHandler = handler;
    this.address = socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
    this.#since = performance.now();
    socket
      .on('data', (bytes: Buffer) => this.#read(bytes))
      .on('drain', () => this.connection?.resume())
      .on('end', () => socket.destroy())
      .on('error', () => {})
      .on('close', () => this.#closed());
  }

  // --- called by the request handler

  /** @param fields head for the instance after the request line, without the empty line */
  forward(target: Target, path: string, fields: string, timeoutMs?: number): void {
    const framing = this.request.length === chunked ? 'transfer-encoding: chunked\r\n' : '';
    this.head = `${this.method} ${path} HTTP/1.1\r\n${fields}${framing}\r\n`;
    this.#totalMs = Math.min(timeoutMs ?? target.timeoutMs, target.timeoutMs);
    this.#expire(Math.min(this.#totalMs, target.responseStartTimeoutMs));
    this.enter(target);
  }

  /** Responds without a function. `fields` are header lines with their CRLF. */
  reply(status: number, reason: string, fields: string, body: string): void {
    const bytes = Buffer.from(body);
    this.#status = status;
    this.responding = true;
    this.#decideClosing();
    const head = `HTTP/1.1 ${status} ${reason}\r\n${fields}${status === 204 || status === 304 ? '' : `content-length: ${bytes.length}\r\n`}${this.#closing ? 'connection: close\r\n' : ''}\r\n`;
    this.#send(head, this.bodiless ? empty : bytes);
    this.#finish();
  }

  /** Closes the connection after the current response. */
  stop(): void {
    this.#stopping = true;
    if (this.#phase === 'head' && !this.#rest) this.#socket.destroy();
  }

  get busy(): boolean {
    return this.#phase === 'busy';
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Called each second. */
  check(now: number, { headMs, bodyMs, idleMs }: ConnectionTimeouts): void {
    if (this.#phase === 'busy') {
      if (this.#deadline > 0 && now > this.#deadline) this.#expired();
      else if (
        !this.#body.complete &&
        this.connection &&
        now - this.startedAt - this.waited > bodyMs + this.#body.bytes / 16.384 &&
        !this.#socket.isPaused()
      )
        this.#tooSlow('The body did not come in time.');
    } else if (this.#phase === 'lingering') {
      if (now - this.#since > lingerMs) this.#socket.destroy();
    } else if (this.#rest && now - this.#since > headMs) this.#tooSlow('The head did not come in time.');
    else if (!this.#rest && now - this.#since > idleMs) this.#socket.destroy();
  }

  // --- the request

  #read(bytes: Buffer): void {
    if (this.#phase === 'head') this.#nextRequest(this.#rest ? Buffer.concat([this.#rest, bytes]) : bytes);
    else if (this.#phase === 'busy') this.#take(bytes);
  }

  #nextRequest(bytes: Buffer): void {
    let from = 0;
    while (from < 4 && bytes[from] === 13 && bytes[from + 1] === 10) from += 2; // RFC 9112 section 2.2
    const end = bytes.indexOf(headEnd, from);
    if (end < 0 || end - from > headLimit) {
      this.#incomplete(from > 0 ? bytes.subarray(from) : bytes);
      return;
    }
    this.#rest = undefined;
    this.#phase = 'busy';
    this.startedAt = performance.now();
    this.responding = this.#closing = this.bodiless = false;
    this.#status = this.#bytes = 0;
    this.method = this.traceId = this.path = '';
    try {
      this.request.read(bytes.toString('latin1', from, end + 2));
      this.method = this.request.method;
      this.bodiless = this.method === 'HEAD';
      this.#body.begin(this.request.length);
      if (bytes.length > end + 4) this.#take(bytes.subarray(end + 4));
      if (this.busy) this.#requestHandler.accept(this); // else its body was rejected
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (this.method === '') this.#body.invalidate(); // unreadable: the following bytes are no request
      this.rejected(error);
    }
  }

  #incomplete(bytes: Buffer): void {
    if (!this.#rest) this.#since = performance.now();
    this.#rest = bytes.length > 0 ? bytes : undefined;
    if (bytes.length > headLimit)
      this.#unreadable(new ProblemError(431, 'too_large', `The request's head has more than ${headLimit} bytes.`));
    else if (/(?:^|[^\r])\n/.test(bytes.toString('latin1', 0, Math.min(bytes.length, headLimit))))
      this.#unreadable(new ProblemError(400, 'malformed', 'Lines end with CR LF.'));
  }

  #unreadable(problem: ProblemError): void {
    this.#phase = 'busy';
    this.#rest = undefined;
    this.startedAt = performance.now();
    this.method = this.traceId = this.path = '';
    this.#body.invalidate();
    this.bodiless = this.responding = false;
    this.rejected(problem);
  }

  /** Bytes during a request: its body, then the next request, which is buffered. */
  #take(bytes: Buffer): void {
    if (this.#body.complete) {
      this.#keep(bytes);
      return;
    }
    const { used, more } = this.#body.take(bytes, this.connection);
    if (used < 0) this.#brokenBody();
    else if (used < bytes.length) this.#keep(bytes.subarray(used));
    if (!more) this.#socket.pause();
  }

  #keep(bytes: Buffer): void {
    this.#rest = this.#rest ? Buffer.concat([this.#rest, bytes]) : bytes;
    if (this.#rest.length > restLimit) this.#socket.pause();
  }

  #brokenBody(): void {
    if (this.responding) this.#socket.destroy();
    else {
      this.#body.invalidate();
      this.#giveUp(new ProblemError(400, 'malformed', 'The chunked body is malformed.'));
    }
  }

  connected(): void {
    if (this.request.expectContinue && !this.#body.complete) this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n');
    this.#body.send(this.head, this.connection!);
    if (!this.#body.complete) this.#socket.resume();
  }

  drained(): void {
    if (!this.#body.complete) this.#socket.resume();
  }

  protected repeatable(): boolean {
    return this.#body.repeatable;
  }

  // --- the response

  onResponseHead(head: ResponseHead, body: Buffer, done: boolean): void {
    this.responding = true;
    this.#status = head.status;
    this.#decideClosing();
    const old = this.request.minor === 0 && head.length === chunked;
    if (head.length === untilClose || old) this.#closing = true;
    if (old) this.#unchunk = new ChunkedReader();
    const framing = head.length === chunked && !old ? 'transfer-encoding: chunked\r\n' : '';
    const text = `HTTP/1.1 ${head.text.slice(9, head.fields)}${this.#requestHandler.responseFields(this, head)}${framing}${this.#closing ? 'connection: close\r\n' : ''}\r\n`;
    this.#send(text, this.#payload(body), done);
    if (done) this.#finish();
    else if (this.#deadline > 0) this.#expire(this.#totalMs);
  }

  onResponseBody(bytes: Buffer, done: boolean): void {
    const payload = this.#payload(bytes);
    this.#bytes += payload.length;
    if (payload.length > 0 && !this.#socket.write(payload) && !done) this.connection?.pause();
    if (done) this.#finish();
  }

  protected onAborted(): void {
    this.#socket.destroy(); // the client must see that the response is not complete
  }

  rejected(problem: ProblemError): void {
    if (this.#phase !== 'busy' || this.responding) return;
    const { fields, body } = this.#requestHandler.problem(this, problem);
    this.reply(problem.status, reasonPhrase(problem.status), fields, body);
  }

  #payload(bytes: Buffer): Buffer {
    if (!this.#unchunk) return bytes;
    const parts: Buffer[] = [];
    this.#unchunk.read(bytes, (slice) => parts.push(slice));
    return Buffer.concat(parts);
  }

  #send(head: string, body: Buffer, done = true): void {
    this.#bytes += body.length;
    if (body.length > joinLimit) {
      this.#socket.cork();
      this.#socket.write(head, 'latin1');
      if (!this.#socket.write(body) && !done) this.connection?.pause();
      this.#socket.uncork();
    } else if (body.length === 0) this.#socket.write(head, 'latin1');
    else {
      const all = Buffer.allocUnsafe(head.length + body.length);
      all.write(head, 0, 'latin1');
      body.copy(all, head.length);
      if (!this.#socket.write(all) && !done) this.connection?.pause();
    }
  }

  #decideClosing(): void {
    if (!this.request.keepAlive || this.request.minor === 0 || !this.#body.complete || this.#stopping)
      this.#closing = true;
  }

  #finish(): void {
    this.leave();
    this.#body.forget();
    this.#unchunk = undefined;
    this.#deadline = 0;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#since = performance.now();
    this.#requestHandler.finished(this, this.#status, this.#bytes);
    this.target = undefined;
    if (this.#closing || this.#stopping) {
      this.#linger();
      return;
    }
    this.#phase = 'head';
    if (this.#socket.isPaused()) this.#socket.resume();
    if (this.#rest) setImmediate(() => this.#phase === 'head' && this.#rest && this.#nextRequest(this.#rest));
  }

  /** Half-closes and reads on for `lingerMs`: an immediate close could reset the connection before the client has read the response. */
  #linger(): void {
    this.#phase = 'lingering';
    this.#rest = undefined;
    this.#socket.resume();
    this.#socket.end();
  }

  // --- time and ends

  /** `check` enforces long deadlines once a second, a timer enforces short ones. */
  #expire(ms: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#deadline = this.startedAt + ms;
    if (ms < 5_000) this.#timer = setTimeout(() => this.#expired(), this.#deadline - performance.now()).unref();
  }

  #expired(): void {
    this.#deadline = 0;
    if (this.responding) this.#socket.destroy();
    else
      this.#giveUp(new ProblemError(504, 'timeout', `${this.target?.name ?? 'The function'} did not answer in time.`));
  }

  #giveUp(problem: ProblemError): void {
    this.abandon();
    this.rejected(problem);
  }

  #tooSlow(detail: string): void {
    const problem = new ProblemError(408, 'timeout', detail);
    if (this.responding) this.#socket.destroy();
    else if (this.#phase === 'busy') this.#giveUp(problem);
    else this.#unreadable(problem);
  }

  #closed(): void {
    if (this.#timer) clearTimeout(this.#timer);
    const busy = this.#phase === 'busy';
    this.#phase = 'closed';
    if (busy) {
      this.abandon();
      this.#requestHandler.finished(this, this.#status || 499, this.#bytes);
    }
    this.#requestHandler.closed(this);
  }
}
