import { ChunkedReader } from '@dormouse/http/chunked';
import { chunked } from '@dormouse/http/response-head';
import type { InstanceConnection } from './instance-connection.ts';

const empty = Buffer.alloc(0);
/** Maximum bytes held until an instance accepts them, and while the request may be repeated. */
const holdLimit = 65_536;

/** Streams a request's body to an instance with the client's framing; holds it while no instance is connected. */
export class RequestBody {
  /** Bytes received so far. */
  bytes = 0;
  #left = 0;
  #reader: ChunkedReader | undefined;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #consumed = false;

  /** @param length in bytes, or `chunked` */
  begin(length: number): void {
    this.forget();
    this.bytes = 0;
    this.#left = length;
    this.#consumed = false;
    this.#reader = length === chunked ? new ChunkedReader() : undefined;
  }

  /** The end of the body was read. */
  get complete(): boolean {
    return this.#left === 0;
  }

  /** The whole body is still held, so it can be sent again. */
  get repeatable(): boolean {
    return !this.#consumed;
  }

  /** More than `holdLimit` is held. */
  get tooMuch(): boolean {
    return this.#heldBytes > holdLimit;
  }

  /** Marks the body as unreadable: the framing is lost. */
  invalidate(): void {
    this.#left = chunked;
  }

  /** Drops the held body. */
  forget(): void {
    this.#consumed = true;
    this.#held = [];
    this.#heldBytes = 0;
    this.#reader = undefined;
  }

  /**
   * Reads received bytes, and forwards them if `to` is open.
   * @returns how many bytes belong to the body (-1: it is malformed), and whether to read on
   */
  take(bytes: Buffer, to: InstanceConnection | undefined): { used: number; more: boolean } {
    const parts: Buffer[] = [];
    const used = this.#reader
      ? this.#reader.read(bytes, (slice) => parts.push(slice))
      : Math.min(bytes.length, this.#left);
    if (used < 0) return { used, more: false };
    if (!this.#reader) {
      this.#left -= used;
      parts.push(used === bytes.length ? bytes : bytes.subarray(0, used));
    } else if (this.#reader.done) {
      this.#left = 0;
      parts.push(empty); // in its wire form: the last chunk
    }
    this.bytes += used;
    let more = true;
    for (const part of parts) more = this.#pass(part, to?.open ? to : undefined) && more;
    return { used, more };
  }

  #pass(part: Buffer, to: InstanceConnection | undefined): boolean {
    if (!to || (!this.#consumed && !this.tooMuch)) {
      this.#held.push(part);
      this.#heldBytes += part.length;
    } else {
      this.#consumed = true;
      this.#held = [];
      this.#heldBytes = 0;
    }
    return to ? this.#write(part, to) : !this.tooMuch;
  }

  /** Writes the head and the held part of the body. */
  send(head: string, to: InstanceConnection): void {
    const [only] = this.#held;
    if (!only && this.complete) to.write(head, true);
    else if (this.#held.length === 1 && this.complete && !this.#reader) to.writeAll(head, only!);
    else {
      to.write(head, false);
      for (const part of this.#held) this.#write(part, to);
    }
  }

  #write(part: Buffer, to: InstanceConnection): boolean {
    if (!this.#reader) return to.write(part, this.complete);
    if (part.length === 0) return to.write('0\r\n\r\n', true);
    to.write(`${part.length.toString(16)}\r\n`, false);
    to.write(part, false);
    return to.write('\r\n', false);
  }
}
