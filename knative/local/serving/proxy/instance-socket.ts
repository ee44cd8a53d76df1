import { Socket } from 'node:net';

type Done = (error?: Error | null) => void;

/**
 * A connection on which a failed write does not discard what the other side has sent before: an instance that answers 413
 * and closes, while the upload goes on, has its answer read. Reading says then how the connection ended.
 */
export class InstanceSocket extends Socket {
  override _write(chunk: unknown, encoding: BufferEncoding, done: Done): void {
    super._write(chunk, encoding, this.#reading(done));
  }

  override _writev(chunks: { chunk: unknown; encoding: BufferEncoding }[], done: Done): void {
    super._writev!(chunks, this.#reading(done));
  }

  /** An error of a write counts as written while the connection can still be read. */
  #reading(done: Done): Done {
    return (error) => done(error && (this.readableEnded || this.destroyed) ? error : null);
  }
}
