import { connect, type Socket } from 'node:net';
import { ChunkedReader } from '@dormouse/http/chunked';
import { chunked, ResponseHead, untilClose } from '@dormouse/http/response-head';

/** Why a connection to an instance failed. */
export interface ConnectionFailure {
  code: string;
  /** The instance may have seen the request. */
  sent: boolean;
}

/** Callbacks of a request to an instance. Body bytes include the chunk framing. */
export interface ResponseHandler {
  readonly bodiless: boolean;
  connected(): void;
  onResponseHead(head: ResponseHead, body: Buffer, done: boolean): void;
  onResponseBody(bytes: Buffer, done: boolean): void;
  onResponseFailed(failure: ConnectionFailure): void;
  /** The socket accepts more of the request's body. */
  drained(): void;
}

const headEnd = Buffer.from('\r\n\r\n');
const empty = Buffer.alloc(0);
const ignore = () => {};
const headLimit = 65_536;
/** Closes an idle connection this long before the instance would: otherwise a request could race with the close. */
const margin = 1_000;

/** Pool of keep-alive connections to one instance: one request at a time each, most recently used first. */
export class InstanceConnections {
  readonly #port: number;
  #idle: InstanceConnection[] = [];
  #all = new Set<InstanceConnection>();

  constructor(port: number) {
    this.#port = port;
  }

  take(): InstanceConnection {
    const now = performance.now();
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (idle.usableUntil > now) return idle;
      idle.destroy();
    }
    const made = new InstanceConnection(this.#port, this);
    this.#all.add(made);
    return made;
  }

  giveBack(connection: InstanceConnection): void {
    this.#idle.push(connection);
  }

  forget(connection: InstanceConnection): void {
    this.#all.delete(connection);
    const index = this.#idle.indexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
  }

  /** Destroys every connection; requests in progress fail. */
  destroy(): void {
    for (const connection of this.#all) connection.destroy();
  }
}

/** One HTTP/1.1 connection to an instance. */
export class InstanceConnection {
  /** Reusable until this time (`performance.now`). */
  usableUntil = 0;
  open = false;
  readonly #pool: InstanceConnections;
  readonly #socket: Socket;
  readonly #head = new ResponseHead();
  #handler: ResponseHandler | undefined;
  #rest: Buffer | undefined;
  /** The response's head was read. */
  #responding = false;
  #left = 0;
  #reader: ChunkedReader | undefined;
  #sent = false;
  #requestDone = true;
  #failure = 'ECONNRESET';

  constructor(port: number, pool: InstanceConnections) {
    this.#pool = pool;
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket
      .on('connect', () => {
        this.open = true;
        this.#handler?.connected();
      })
      .on('data', (bytes: Buffer) => this.#read(bytes))
      .on('drain', () => this.#handler?.drained())
      .on('error', (error: NodeJS.ErrnoException) => {
        this.#failure = error.code ?? error.message;
      })
      .on('end', () => this.#ended())
      .on('close', () => this.#closed());
  }

  /** Starts one request; calls `connected` when the socket is writable, immediately if it is open. */
  begin(handler: ResponseHandler): void {
    this.#handler = handler;
    this.#responding = false;
    this.#sent = false;
    if (this.open) handler.connected();
  }

  /**
   * Writes a part of the request; `last` ends it.
   * @returns false when the next part should wait for `drained`
   */
  write(part: string | Buffer, last: boolean): boolean {
    this.#sent = true;
    this.#requestDone = last;
    return typeof part === 'string' ? this.#socket.write(part, 'latin1') : this.#socket.write(part);
  }

  /** Writes head and body together. */
  writeAll(head: string, body: Buffer): void {
    this.#sent = this.#requestDone = true;
    this.#socket.cork();
    this.#socket.write(head, 'latin1');
    this.#socket.write(body);
    this.#socket.uncork();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Cancels the request without a callback. */
  abandon(): void {
    this.#handler = undefined;
    this.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    if (this.#responding) {
      this.#body(bytes);
      return;
    }
    if (!this.#handler) {
      this.destroy(); // bytes without a request: not HTTP/1.1
      return;
    }
    const all = this.#rest ? Buffer.concat([this.#rest, bytes]) : bytes;
    const end = all.indexOf(headEnd);
    if (end < 0) {
      this.#rest = all;
      if (all.length > headLimit) this.#broken();
      return;
    }
    this.#rest = undefined;
    if (!this.#head.read(all.toString('latin1', 0, end + 2), this.#handler.bodiless)) {
      this.#broken();
      return;
    }
    const after = all.subarray(end + 4);
    if (this.#head.status < 200) {
      if (this.#head.status === 101) this.#broken();
      else if (after.length > 0) this.#read(after);
      return;
    }
    this.#beginResponse(after);
  }

  #beginResponse(body: Buffer): void {
    const { length } = this.#head;
    this.#responding = true;
    this.#left = length;
    if (length === chunked) this.#reader = new ChunkedReader();
    const [own, done] = this.#own(body);
    if (own) this.#pass(done, (handler) => handler.onResponseHead(this.#head, own, done));
  }

  #body(bytes: Buffer): void {
    const [own, done] = this.#own(bytes);
    if (own) this.#pass(done, (handler) => handler.onResponseBody(own, done));
  }

  /** The part of `bytes` that belongs to this response, and whether it ends there; no part when the response is broken. */
  #own(bytes: Buffer): [Buffer | undefined, boolean] {
    if (this.#left === untilClose) return [bytes, false];
    const used = this.#left === chunked ? this.#reader!.read(bytes, ignore) : Math.min(bytes.length, this.#left);
    if (used < 0) {
      this.#broken();
      return [undefined, false];
    }
    if (this.#left > 0) this.#left -= used;
    const done = this.#reader ? this.#reader.done : this.#left === 0;
    if (used < bytes.length) this.#head.keepAlive = false; // surplus bytes: the connection's framing cannot be trusted
    return [used === bytes.length ? bytes : bytes.subarray(0, used), done];
  }

  #pass(done: boolean, give: (handler: ResponseHandler) => void): void {
    const handler = this.#handler;
    if (done) this.#release();
    if (handler) give(handler);
  }

  #release(): void {
    this.#handler = undefined;
    this.#reader = undefined;
    this.#responding = false;
    const { keepAlive, keepAliveMs } = this.#head;
    if (!keepAlive || !this.#requestDone || keepAliveMs <= margin) {
      this.destroy();
      return;
    }
    this.#socket.resume();
    this.usableUntil = performance.now() + keepAliveMs - margin;
    this.#pool.giveBack(this);
  }

  #broken(): void {
    this.#failure = 'EPROTO';
    this.destroy();
  }

  #ended(): void {
    if (!this.#responding || this.#left !== untilClose) return;
    const handler = this.#handler;
    this.#handler = undefined;
    handler?.onResponseBody(empty, true);
  }

  #closed(): void {
    this.open = false;
    this.#pool.forget(this);
    const handler = this.#handler;
    this.#handler = undefined;
    handler?.onResponseFailed({ code: this.#failure, sent: this.#sent });
  }
}
