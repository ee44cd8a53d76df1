import type { Socket } from 'node:net';
import type { ProblemError } from '@dormouse/http/problem-error';
import type { ClientRequest, RequestTimeouts } from './client-request.ts';
import { createSlowReader, type SlowReader } from './slow-reader.ts';
import type { UnsentBytes } from './unsent-bytes.ts';

/** A client's connection: serves the requests of HTTP/1.x in order, and knows how long it has been of no use. */
export class Connection {
  readonly socket: Socket;
  readonly address: string;
  readonly unsentBytes: UnsentBytes;
  /** The response under way is the last one. */
  ending = false;
  /** What the client sends is no HTTP. */
  broken = false;
  /** Since when it serves no request (`performance.now`). */
  idleSince = performance.now();
  /** Requests of an HTTP/2 connection. */
  readonly streams = new Set<ClientRequest>();
  /** The last response was sent: what still comes is no request any more. */
  #ended = false;
  #stopping = false;
  readonly #requests: { request: ClientRequest; problem: ProblemError | undefined }[] = [];
  readonly #timeouts: RequestTimeouts;
  readonly #reader: SlowReader;

  constructor(socket: Socket, timeouts: RequestTimeouts, unsentBytes: UnsentBytes) {
    this.socket = socket;
    this.unsentBytes = unsentBytes;
    this.#timeouts = timeouts;
    this.#reader = createSlowReader(timeouts.readMs);
    this.address = socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
  }

  /** Requests that have no complete response. */
  get pending(): number {
    return this.#requests.length;
  }

  /** A function works for it. */
  get inFunction(): boolean {
    return this.#requests[0]?.request.inFunction === true || [...this.streams].some((each) => each.inFunction);
  }

  /** Serves a request, after those before it; `problem` says why it will not be. */
  queue(request: ClientRequest, problem: ProblemError | undefined): void {
    if (this.#ended) return;
    this.#requests.push({ request, problem });
    if (this.#requests.length === 1) this.#start();
  }

  /** Refuses the last request, in its turn, if it is not complete. @returns false when it is */
  refuseIncomplete(problem: ProblemError): boolean {
    const last = this.#requests.at(-1);
    if (!last?.request.receiving) return false;
    if (this.#requests.length === 1) last.request.giveUp(problem);
    else last.problem = problem;
    return true;
  }

  /** The first request is finished. */
  next(): void {
    this.#requests.shift();
    this.idleSince = performance.now();
    this.#ended = this.ending;
    if (this.#ended) this.closed();
    if (this.#stopping) this.socket.destroySoon();
    if (this.#requests.length === 0) this.socket.resume();
    else setImmediate(() => this.#start());
  }

  #start(): void {
    const first = this.#requests[0];
    if (!first || first.request.finished) return;
    if (first.problem) {
      this.ending = true; // what follows may be understood in two ways
      first.request.rejected(first.problem);
    } else first.request.start();
  }

  drained(): void {
    this.#requests[0]?.request.drained();
  }

  /** Called each second. */
  check(now: number): void {
    this.#requests[0]?.request.check(now, this.#timeouts);
    for (const request of this.streams) request.check(now, this.#timeouts);
    const { writableLength, bytesWritten } = this.socket;
    if (this.#reader.tooSlow(now, writableLength, bytesWritten - writableLength) && !this.#upgraded)
      this.socket.destroy();
  }

  get #upgraded(): boolean {
    return this.#requests[0]?.request.upgraded === true;
  }

  /** A request of HTTP/2 is finished. */
  streamEnded(request: ClientRequest): void {
    this.streams.delete(request);
    this.idleSince = performance.now();
    if (this.#stopping && this.streams.size === 0) this.socket.destroySoon();
  }

  /** Ends after the responses under way; at once when there is none, and when it has left HTTP. */
  stop(): void {
    this.ending = true;
    this.#stopping = true;
    if (this.#upgraded || (this.#requests.length === 0 && this.streams.size === 0)) this.socket.destroy();
  }

  closed(): void {
    for (const { request } of this.#requests.splice(0)) request.closed();
  }
}
