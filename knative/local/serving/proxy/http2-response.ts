import { constants, type ServerHttp2Stream } from 'node:http2';
import type { ClientResponse } from './client-response.ts';
import type { UnsentBytes } from './unsent-bytes.ts';

/** Responds on a stream of an HTTP/2 connection. */
export class Http2Response implements ClientResponse {
  readonly #stream: ServerHttp2Stream;
  readonly #readMs: number;
  readonly #mayHold: (bytes: number) => boolean;
  #trailers: string[] = [];

  /** @param readMs how long the client may take none of a complete response */
  constructor(stream: ServerHttp2Stream, drained: () => void, unsentBytes: UnsentBytes, readMs: number) {
    this.#stream = stream;
    this.#readMs = readMs;
    this.#mayHold = unsentBytes.ofResponse();
    const sent = () => void this.#mayHold(0);
    stream
      .on('drain', () => {
        sent();
        drained();
      })
      .on('close', sent)
      .on('error', () => {})
      .on('wantTrailers', () => stream.sendTrailers(pairs(this.#trailers)));
  }

  get unsent(): number {
    return this.#stream.writableLength;
  }

  continue(): void {
    this.#stream.additionalHeaders({ ':status': 100 });
  }

  head(status: number, _reason: string, fields: string[], _early: boolean, ended: boolean): void {
    this.#stream.respond(
      [':status', String(status), ...fields],
      ended ? { endStream: true } : { waitForTrailers: true },
    );
  }

  write(bytes: Buffer): boolean {
    return this.#stream.write(bytes) || this.#mayHold(this.unsent);
  }

  end(trailers: string[]): void {
    this.#trailers = trailers;
    this.#stream.end();
    if (this.unsent > 0) this.#stream.setTimeout(this.#readMs, () => this.abort());
  }

  abort(): void {
    this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  }

  upgrade(): void {
    throw new Error('HTTP/2 has no upgrade (RFC 9113 section 8.6)');
  }
}

function pairs(fields: readonly string[]): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = {};
  for (let at = 0; at < fields.length; at += 2) {
    const [name, value] = [fields[at]!, fields[at + 1]!];
    const given = found[name];
    found[name] = given === undefined ? value : [...[given].flat(), value];
  }
  return found;
}
