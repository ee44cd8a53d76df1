import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

/** Why the body was rejected. */
export type NoBody = 'too long' | 'no room' | 'gone';

const unpack = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);

/** All bodies share `maxBytes`, from their first byte until they are processed. */
export class Bodies {
  readonly #maxBodyBytes: number;
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(limits: { maxBodyBytes: number; maxBytes: number }) {
    this.#maxBodyBytes = limits.maxBodyBytes;
    this.#maxBytes = limits.maxBytes;
  }

  /** Reads the body and passes it to `use`; its bytes count until `use` has finished. */
  async take<T>(request: IncomingMessage, use: (body: Buffer | NoBody) => T | Promise<T>): Promise<T> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let none: NoBody | undefined;
    const drop = (why: NoBody) => {
      none ??= why;
      this.#bytes -= bytes;
      [chunks.length, bytes] = [0, 0];
    };
    request.on('data', (chunk: Buffer) => {
      if (none) return;
      bytes += chunk.length;
      this.#bytes += chunk.length;
      if (bytes > this.#maxBodyBytes) drop('too long');
      else if (this.#bytes > this.#maxBytes) drop('no room');
      else chunks.push(chunk);
    });
    if (!request.destroyed) await new Promise((resolve) => request.once('end', resolve).once('close', resolve));
    if (!request.complete) drop('gone');
    try {
      return await use(none ?? Buffer.concat(chunks));
    } finally {
      this.#bytes -= bytes;
    }
  }

  /** @throws Error with code ERR_BUFFER_TOO_LARGE when the decompressed body is too large */
  async unpacked(body: Buffer, encoding: string | undefined): Promise<Buffer> {
    return encoding === 'gzip' ? unpack(body, { maxOutputLength: this.#maxBodyBytes }) : body;
  }
}
