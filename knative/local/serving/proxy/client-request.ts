import type { Duplex, Readable } from 'node:stream';
import { ProblemError } from '@dormouse/http/problem-error';
import { reasonPhrase } from '@dormouse/http/reason-phrase';
import { fieldOf, type RequestFields } from '@dormouse/http/request-fields';
import type { StatusRetries } from '@dormouse/manifests/model';
import type { AnsweredRequest } from '@dormouse/telemetry/request-counts';
import type { ClientResponse } from './client-response.ts';
import { Exchange, type Target } from './exchange.ts';
import type { InstanceRequest } from './instance-exchange.ts';
import { RequestBody } from './request-body.ts';
import type { CacheResult, ReplacedHead, ResponseCapture } from './response-capture.ts';
import { createSlowReader, type SlowReader } from './slow-reader.ts';

/** Handler of a listener: routes requests and adds header fields in both directions. Fields are name, value, name, value … */
export interface RequestHandler {
  /** Responds by `forward`, `reply` or a thrown ProblemError. */
  accept(request: ClientRequest): void;
  /** Fields of the response, added ones included. `fields` are the instance's, names in lower case. */
  responseFields(request: ClientRequest, fields: string[]): string[];
  /** Fields and body of a problem response. */
  problem(request: ClientRequest, problem: ProblemError): { fields: string[]; body: string };
  finished(request: ClientRequest, status: number, bytes: number): void;
}

export interface RequestTimeouts {
  /** Limit for a complete head. */
  headMs: number;
  /** Limit for a complete body, plus one second per 16 KiB. */
  bodyMs: number;
  /** Limit for a client to take what it was sent, plus one second per 16 KiB. */
  readMs: number;
  idleMs: number;
}

/** How a request is passed on. */
export interface ForwardOptions {
  /** Besides the Service's own. */
  timeoutMs?: number | undefined;
  retries?: StatusRetries | undefined;
}

/** A request as its connection has read it. */
export interface ClientMessage {
  method: string;
  target: string;
  fields: RequestFields;
  /** `undefined` when there is none. */
  body: Readable | undefined;
  /** Address of the connection's other side. */
  peer: string;
  response: ClientResponse;
}

/** One request of a client: reads its body, passes it to a function and the answer back. */
export class ClientRequest extends Exchange {
  readonly method: string;
  readonly url: string;
  readonly fields: RequestFields;
  /** Address of the client; the handler may know it better than the connection. */
  address: string;
  /** When the request's head was complete (`performance.now`). */
  readonly startedAt = performance.now();
  /** State of the request handler. */
  traceId = '';
  spanId = '';
  parentId = '';
  sampled = false;
  path = '';
  host: string;
  route: unknown;
  /** Fields of the answer, whoever gives it. */
  answerFields: readonly string[] = [];
  protected responding = false;
  /** It has changed to another protocol. */
  upgraded = false;
  /** Who gave the answer; `client` when it went away before there was one. */
  answeredBy: AnsweredRequest['answeredBy'] = 'client';
  /** Sees the function's response. */
  capture: ResponseCapture | undefined;
  /** How it fared in the ingress' cache, and `Cache-Status`; empty without one. */
  cacheResult: CacheResult | '' = '';
  cacheStatus = '';
  readonly #handler: RequestHandler;
  readonly #response: ClientResponse;
  readonly #body: RequestBody | undefined;
  /** Called when the response is complete, and so is the request or it will not be read further. */
  readonly #done: () => void;
  #forwarded: { path: string; fields: string[]; retries: StatusRetries | undefined } | undefined;
  #retried = 0;
  #deadline = 0;
  #totalMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #status = 0;
  #bytes = 0;
  #reader: SlowReader | undefined;
  /** The client gets no body. */
  #isBodiless = false;
  #finished = false;

  constructor(message: ClientMessage, handler: RequestHandler, done: () => void) {
    super();
    this.method = message.method;
    this.url = message.target;
    this.fields = message.fields;
    this.address = message.peer;
    this.host = message.fields.host;
    this.#response = message.response;
    this.#handler = handler;
    this.#done = done;
    if (message.body) this.#body = new RequestBody(message.body, message.fields.length);
  }

  /** Hands the request to the handler. */
  start(): void {
    this.#guarded(() => this.#handler.accept(this));
  }

  #guarded(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (error instanceof ProblemError) this.rejected(error);
      else {
        process.emitWarning(error as Error); // one request fails, not the platform
        this.rejected(new ProblemError(500, 'internal', 'The ingress failed.'));
      }
    }
  }

  /** The end of its body has not come. */
  get receiving(): boolean {
    return this.#body !== undefined && !this.#body.arrived && !this.responding;
  }

  /** The values of a header field, joined by `, `; its name in lower case. */
  field(name: string): string | undefined {
    return fieldOf(this.fields.all, name);
  }

  get finished(): boolean {
    return this.#finished;
  }

  /** An instance has it, or will get it: only its body may be missing. */
  get inFunction(): boolean {
    return this.endpoint !== undefined || this.waiting || (this.#retried > 0 && !this.responding);
  }

  // --- called by the request handler

  /**
   * Sends the request to a function, once its body was read or is known to be long: a slow client holds no place there.
   * @param fields for the instance, without those about the connection and the body's length
   */
  forward(target: Target, path: string, fields: string[], { timeoutMs, retries }: ForwardOptions = {}): void {
    this.#forwarded = { path, fields, retries };
    this.#totalMs = Math.min(timeoutMs ?? target.timeoutMs, target.timeoutMs);
    const enter = () => {
      if (this.#finished || this.responding) return;
      this.#expire(Math.min(this.#totalMs, target.responseStartTimeoutMs));
      this.enter(target);
    };
    this.target = target;
    if (target.streams && fieldOf(this.fields.all, 'te') === 'trailers') fields.push('te', 'trailers');
    if (this.fields.expectContinue) this.#response.continue();
    if (this.#body) this.#body.whenHeld(target.streams === true, enter);
    else enter();
  }

  /** Goes on with the request after a while, unless it is over by then. */
  delay(ms: number, then: () => void): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (!this.#finished) this.#guarded(then);
    }, ms);
  }

  /** Calls back with a copy of the whole body once it has come, with `undefined` when it is longer than `maxBytes`; ask before `forward`. */
  copyBody(maxBytes: number, callback: (body: Buffer | undefined) => void): void {
    if (this.#body) this.#body.copy(maxBytes, callback);
    else callback(Buffer.alloc(0));
  }

  /** Responds without a function. */
  reply(status: number, reason: string, fields: string[], body: string): void {
    this.answeredBy = this.entered ? 'activator' : 'ingress';
    this.#replyWith(status, reason, fields, Buffer.from(body));
  }

  /** Responds with what a function has answered before; what one does meanwhile is not wanted any more. */
  replyStored(status: number, fields: string[], body: Buffer): void {
    this.abandon();
    this.capture = undefined;
    this.answeredBy = 'cache';
    this.#replyWith(status, reasonPhrase(status), this.#handler.responseFields(this, fields), body);
  }

  #replyWith(status: number, reason: string, fields: readonly string[], bytes: Buffer): void {
    this.#status = status;
    this.responding = true;
    const length = status === 204 || status === 304 ? [] : ['content-length', String(bytes.length)];
    this.#response.head(status, reason, [...fields, ...length], this.#early, false);
    if (this.method !== 'HEAD' && status !== 304 && bytes.length > 0) {
      this.#bytes = bytes.length;
      this.#response.write(bytes);
    }
    this.#finish([]);
  }

  // --- called by the connection

  /** Called each second. */
  check(now: number, { bodyMs, readMs }: RequestTimeouts): void {
    if (this.#deadline > 0 && now > this.#deadline) this.#expired();
    else if (this.responding) this.#checkReader(now, readMs);
    else if (
      this.#body &&
      !this.#body.complete &&
      !this.#body.held &&
      this.target?.streams !== true &&
      now - this.startedAt - this.waited > bodyMs + this.#body.bytes / 16.384
    )
      this.giveUp(new ProblemError(408, 'timeout', 'The body did not come in time.'));
  }

  #checkReader(now: number, readMs: number): void {
    const { unsent } = this.#response;
    if (unsent === 0 && !this.#reader) return;
    this.#reader ??= createSlowReader(readMs);
    if (this.#reader.tooSlow(now, unsent, this.#bytes - unsent)) this.#cut();
  }

  /** The connection is gone, or the client has taken the request back. */
  closed(): void {
    if (this.#finished) return;
    this.#clear();
    this.abandon();
    this.#body?.stop();
    this.#finished = true;
    this.capture?.aborted(true);
    this.#handler.finished(this, this.#status || 499, this.#bytes);
  }

  /** The client takes more of the response. */
  drained(): void {
    this.sending?.resume();
  }

  giveUp(problem: ProblemError): void {
    this.abandon();
    this.rejected(problem);
  }

  // --- the exchange with the instance

  protected instanceRequest(): InstanceRequest {
    const { path, fields } = this.#forwarded!;
    return {
      method: this.method,
      path,
      fields,
      ...(this.#body?.toSend() ?? { body: undefined, length: 0 }),
      upgrade: this.fields.upgrade,
    };
  }

  protected repeatable(): boolean {
    return this.#body?.repeatable ?? true;
  }

  onResponseHead(status: number, reason: string, fields: string[], ended = false): void {
    if (this.#retries(status)) return;
    const instead = this.capture?.head(status, fields);
    if (instead === 'answered') return;
    if (instead) this.#isBodiless = true;
    this.#head(instead ?? { status, reason, fields }, ended);
  }

  #head({ status, reason, fields }: ReplacedHead, ended: boolean): void {
    this.responding = true;
    this.#status = status;
    try {
      this.#response.head(status, reason, this.#handler.responseFields(this, fields), this.#early, ended);
    } catch {
      this.responding = false; // a field that cannot be sent on
      this.giveUp(new ProblemError(502, 'bad_gateway', `${this.target?.name} answered with a malformed header.`));
      return;
    }
    this.answeredBy = 'function';
    if (this.#deadline > 0) this.#expire(this.#totalMs);
  }

  /** Drops a response whose status the route wants retried, and sends the request again after a pause. */
  #retries(status: number): boolean {
    const { retries } = this.#forwarded!;
    const { target } = this;
    if (!target || !retries?.statuses.has(status) || this.#retried >= retries.attempts || !this.repeatable())
      return false;
    this.#retried++;
    this.abandon();
    const again = () => {
      if (!this.#finished && !this.responding) this.enter(target);
    };
    setTimeout(again, Math.random() * retries.backoffMs * (2 ** this.#retried - 1));
    return true;
  }

  onResponseBody(bytes: Buffer): boolean {
    this.capture?.body(bytes);
    if (this.#isBodiless) return true;
    this.#bytes += bytes.length;
    const goesOn = this.#response.write(bytes);
    if (!goesOn) this.capture?.held();
    return goesOn;
  }

  onResponseEnd(trailers: string[]): void {
    this.#finish(trailers);
    this.capture?.end(trailers);
  }

  onUpgrade(fields: string[], socket: Duplex): void {
    this.responding = true;
    this.#status = 101;
    this.answeredBy = 'function';
    this.upgraded = true;
    this.#clear();
    socket.once('close', () => {
      this.leave();
      if (!this.#finished) this.#finish([]);
    });
    const change = ['connection', 'upgrade', 'upgrade', fieldOf(fields, 'upgrade') ?? this.fields.upgrade];
    this.#response.upgrade([...this.#handler.responseFields(this, fields), ...change], socket);
  }

  protected onAborted(): void {
    this.capture?.aborted(false);
    this.#response.abort(); // the client must see that the response is not complete
  }

  rejected(problem: ProblemError): void {
    if (this.#finished || this.responding || this.capture?.rejected(problem.status)) return;
    const { fields, body } = this.#handler.problem(this, problem);
    this.reply(problem.status, reasonPhrase(problem.status), fields, body);
  }

  /** The response comes before the end of the request. */
  get #early(): boolean {
    return this.#body !== undefined && !this.#body.complete;
  }

  #finish(trailers: string[]): void {
    this.leave();
    this.#clear();
    this.#finished = true;
    this.#body?.stop();
    this.#response.end(trailers);
    this.#handler.finished(this, this.#status, this.#bytes);
    this.#done();
  }

  // --- time

  /** `check` enforces long deadlines once a second, a timer enforces short ones. */
  #expire(ms: number): void {
    this.#clear();
    this.#deadline = this.startedAt + ms;
    if (ms < 5_000) this.#timer = setTimeout(() => this.#expired(), this.#deadline - performance.now()).unref();
  }

  #clear(): void {
    this.#deadline = 0;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Ends a response that has begun, so that its client sees that it is not complete. */
  #cut(): void {
    this.abandon();
    this.capture?.aborted(false);
    this.#response.abort();
  }

  #expired(): void {
    this.#clear();
    if (this.responding) this.#cut();
    else
      this.giveUp(new ProblemError(504, 'timeout', `${this.target?.name ?? 'The function'} did not answer in time.`));
  }
}
