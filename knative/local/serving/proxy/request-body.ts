import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/** Bytes of a body that are read before a function gets the request, and held so that it can be sent again. */
const holdLimit = 65_536;

/** The body of a client's request. */
export class RequestBody {
  /** Bytes received so far. */
  bytes = 0;
  /** The end of the body was read. */
  complete = false;
  readonly #source: Readable;
  readonly #length: number;
  #parts: Buffer[] = [];
  #stream: BodyStream | undefined;
  #whenHeld: (() => void) | undefined;
  #copies: BodyCopy[] = [];

  /** @param length in bytes, or -1 */
  constructor(source: Readable, length: number) {
    this.#source = source;
    this.#length = length;
    source.on('data', (part: Buffer) => this.#receive(part)).on('end', () => this.#end());
    source.pause();
  }

  /** Calls back once the whole body, or `holdLimit` of it, is held; `atOnce` before anything is. */
  whenHeld(atOnce: boolean, callback: () => void): void {
    if (this.complete || atOnce) callback();
    else {
      this.#whenHeld = callback;
      this.#source.resume();
    }
  }

  /** Calls back with all of it at its end, with `undefined` when it is longer; ask before anything is read. */
  copy(maxBytes: number, callback: (body: Buffer | undefined) => void): void {
    this.#copies.push({ parts: [], maxBytes, callback });
  }

  /** Its end has come, read or not. */
  get arrived(): boolean {
    return this.complete || (this.#source as Partial<IncomingMessage>).complete === true;
  }

  /** Nothing more is read until an instance takes it. */
  get held(): boolean {
    return this.#source.isPaused();
  }

  /** It can be sent again: no more than what is held was given away. */
  get repeatable(): boolean {
    return this.#stream === undefined || !this.#stream.beyondHeld;
  }

  /** The body for an attempt to send it, and its length. */
  toSend(): { body: Buffer | Readable | undefined; length: number } {
    if (this.complete) {
      const body = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
      return { body: body.length > 0 ? body : undefined, length: body.length };
    }
    this.#stream = new BodyStream(this.#parts, this.#source);
    return { body: this.#stream, length: this.#length };
  }

  /** The response is complete: what still comes is read and dropped. */
  stop(): void {
    this.#parts = [];
    this.#copies = [];
    this.#whenHeld = undefined;
    this.#stream?.destroy();
    this.#stream = undefined;
    this.#source.resume();
  }

  #receive(part: Buffer): void {
    this.bytes += part.length;
    for (const copy of this.#copies) {
      if (this.bytes <= copy.maxBytes) copy.parts.push(part);
      else copy.parts = [];
    }
    if (this.#stream) {
      if (!this.#stream.push(part)) this.#source.pause();
      return;
    }
    if (!this.#whenHeld) return;
    this.#parts.push(part);
    if (this.bytes >= holdLimit) this.#held();
  }

  #end(): void {
    this.complete = true;
    for (const { parts, maxBytes, callback } of this.#copies)
      callback(this.bytes > maxBytes ? undefined : Buffer.concat(parts));
    this.#copies = [];
    this.#stream?.finish();
    this.#held();
  }

  #held(): void {
    if (!this.complete) this.#source.pause();
    const callback = this.#whenHeld;
    this.#whenHeld = undefined;
    callback?.();
  }
}

interface BodyCopy {
  parts: Buffer[];
  maxBytes: number;
  callback: (body: Buffer | undefined) => void;
}

/** What is held of a body, then what its source has: one attempt to send it. */
class BodyStream extends Readable {
  /** More was asked for than what was held. */
  beyondHeld = false;
  readonly #source: Readable;
  readonly #held: Buffer[];
  #finished = false;

  constructor(held: readonly Buffer[], source: Readable) {
    super();
    this.#held = [...held];
    this.#source = source;
  }

  override _read(): void {
    const part = this.#held.shift();
    if (part) this.push(part);
    else if (this.#finished) this.push(null);
    else {
      this.beyondHeld = true;
      this.#source.resume();
    }
  }

  /** The source has ended, maybe with the part that filled what is held. */
  finish(): void {
    this.#finished = true;
    if (this.#held.length === 0) this.push(null);
  }
}
