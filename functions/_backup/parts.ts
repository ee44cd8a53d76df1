import { createHash } from 'node:crypto';
import { pipeline, Readable, Transform, type TransformCallback } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import { BackupError } from './backup-error.ts';
import type { Opener, Sealer } from './encryption.ts';
import type { Part } from './manifest.ts';
import type { StoredBackup, UnfinishedBackup } from './place.ts';

/** Lets bytes through and remembers their number, their newlines and their hash. */
export class Meter extends Transform {
  bytes = 0;
  newlines = 0;
  #hash = createHash('sha256');

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.bytes += chunk.length;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) this.newlines++;
    this.#hash.update(chunk);
    done(null, chunk);
  }

  /** Once everything has gone through. */
  sha256(): string {
    return this.#hash.digest('hex');
  }
}

/** Stores what a store gives it, packed by gzip and encrypted where wanted. */
export type WritePart = (name: string, content: Readable) => Promise<{ part: Part; newlines: number }>;

export const partWriter =
  (backup: UnfinishedBackup, sealer: Sealer | undefined, signal: AbortSignal): WritePart =>
  async (base, content) => {
    signal.throwIfAborted();
    const name = `${base}.gz${sealer ? '.age' : ''}`;
    const [inner, outer] = [new Meter(), new Meter()];
    const packed = pipeline(content, inner, createGzip({ level: 6 }), ignored);
    const sealed = sealer ? fromWeb(await sealer.seal(toWeb(packed))) : packed;
    const stored = pipeline(sealed, outer, ignored);
    const stop = () => void content.destroy(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    try {
      await backup.write(name, stored);
    } finally {
      signal.removeEventListener('abort', stop);
      for (const stream of [content, packed, sealed, stored]) stream.destroy();
    }
    const part = {
      name,
      sha256: outer.sha256(),
      bytes: outer.bytes,
      contentSha256: inner.sha256(),
      contentBytes: inner.bytes,
    };
    return { part, newlines: inner.newlines };
  };

/** Content of a part. The stream fails at its end when the part is not what the manifest says. */
export type ReadPart = (part: Part) => Promise<Readable>;

export const partReader =
  (backup: StoredBackup, opener: Opener | undefined): ReadPart =>
  async (part) =>
    Readable.from(contentOf(backup, opener, part));

async function* contentOf(backup: StoredBackup, opener: Opener | undefined, part: Part): AsyncGenerator<Buffer> {
  const [outer, inner] = [new Meter(), new Meter()];
  const stored = pipeline(await backup.read(part.name), outer, ignored);
  try {
    const opened = opener ? fromWeb(await opener(toWeb(stored))) : stored;
    yield* pipeline(opened, createGunzip(), inner, ignored) as AsyncIterable<Buffer>;
  } catch (error) {
    // Network, place and disk say what is wrong with them; gunzip and age would speak of bytes.
    const isTold = error instanceof BackupError || (error as NodeJS.ErrnoException).syscall;
    throw isTold ? error : damaged(part, (error as Error).message, error);
  }
  if (outer.bytes !== part.bytes) throw damaged(part, `it has ${outer.bytes} bytes instead of ${part.bytes}`);
  if (outer.sha256() !== part.sha256 || inner.sha256() !== part.contentSha256)
    throw damaged(part, 'its hash is another');
}

const damaged = ({ name }: Part, what: string, cause?: unknown) =>
  new BackupError(`the part ${name} is damaged: ${what}`, { cause });

/** Errors arrive at whoever reads the last stream of a pipeline. */
const ignored = () => {};

const toWeb = (stream: Readable) => Readable.toWeb(stream) as ReadableStream<Uint8Array>;
const fromWeb = (stream: ReadableStream<Uint8Array>) =>
  Readable.fromWeb(stream as Parameters<typeof Readable.fromWeb>[0]);
