import type { StoreFile } from './store.ts';

/** Content of a file in memory. */
export interface Content {
  /** What a read sees. */
  now: Buffer;
  /** What a power loss leaves. */
  safe: Buffer;
  /** The name is on disk. */
  named: boolean;
}

interface FileOptions {
  /** Called first in each operation that changes something; what it throws is the operation's failure. */
  before: (operation: 'write' | 'sync' | 'truncate') => void | Promise<void>;
  /** False once the power was lost after the file was opened. */
  powered: () => boolean;
  synced: () => void;
}

/** An open file of a memory store. */
export class MemoryFile implements StoreFile {
  readonly #content: Content;
  readonly #options: FileOptions;

  constructor(content: Content, options: FileOptions) {
    this.#content = content;
    this.#options = options;
  }

  async size(): Promise<number> {
    return this.#content.now.length;
  }

  async read(position: number, length: number): Promise<Buffer> {
    return this.#content.now.subarray(position, position + length); // writes copy, they never modify this buffer
  }

  async write(bytes: Buffer, position: number): Promise<void> {
    await this.#begin('write');
    const { now } = this.#content;
    const grown = Buffer.alloc(Math.max(now.length, position + bytes.length));
    now.copy(grown);
    bytes.copy(grown, position);
    this.#content.now = grown;
  }

  async truncate(length: number): Promise<void> {
    await this.#begin('truncate');
    this.#content.now = this.#content.now.subarray(0, length);
  }

  async sync(): Promise<void> {
    await this.#begin('sync');
    this.#options.synced();
    this.#content.safe = this.#content.now;
  }

  async close(): Promise<void> {}

  async #begin(operation: 'write' | 'sync' | 'truncate'): Promise<void> {
    await this.#options.before(operation);
    if (!this.#options.powered()) throw Object.assign(new Error('the power is off'), { code: 'EIO' });
  }
}

const sectorBytes = 512;

/** What a power loss leaves: old and new sectors side by side; those that were never written are zeros. */
export function torn({ now, safe }: Content, survives: () => boolean): Buffer {
  const left = Buffer.alloc(survives() ? now.length : safe.length);
  safe.copy(left);
  for (let at = 0; at < Math.min(left.length, now.length); at += sectorBytes)
    if (survives()) now.copy(left, at, at, at + sectorBytes);
  return left;
}
