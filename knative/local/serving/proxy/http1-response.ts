import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ClientResponse } from './client-response.ts';
import type { UnsentBytes } from './unsent-bytes.ts';

/** How long an upload is still read after its early response: closing at once could reset the connection before the client has the response. */
const lingerMs = 2_000;

/** Responds on an HTTP/1.x connection. */
export class Http1Response implements ClientResponse {
  readonly #response: ServerResponse;
  readonly #last: (early: boolean) => boolean;
  readonly #mayHold: (bytes: number) => boolean;
  #early = false;
  #flushing = false;

  /** @param last whether the connection ends after this response, which may be early */
  constructor(
    response: ServerResponse,
    last: (early: boolean) => boolean,
    drained: () => void,
    unsentBytes: UnsentBytes,
  ) {
    this.#response = response;
    this.#last = last;
    this.#mayHold = unsentBytes.ofResponse();
    response.sendDate = false; // the function's stays
    const sent = () => void this.#mayHold(0);
    response
      .on('drain', () => {
        sent();
        drained();
      })
      .on('close', sent)
      .on('error', () => {});
  }

  get unsent(): number {
    return this.#response.writableLength;
  }

  continue(): void {
    this.#response.writeContinue();
  }

  head(status: number, reason: string, fields: string[], early: boolean): void {
    this.#early = early;
    if (this.#last(early)) fields.push('connection', 'close');
    this.#response.writeHead(status, reason, fields);
    // The body comes mostly with the head, and leaves with it; where it does not, the head does not wait.
    this.#flushing = true;
    process.nextTick(() => this.#flushing && this.#response.flushHeaders());
  }

  write(bytes: Buffer): boolean {
    this.#flushing = false;
    return this.#response.write(bytes) || this.#mayHold(this.unsent);
  }

  end(): void {
    this.#flushing = false;
    const { req } = this.#response;
    if (!this.#early || req.complete) {
      this.#response.end();
      return;
    }
    const end = () => {
      clearTimeout(timer);
      this.#response.end();
    };
    const timer = setTimeout(end, lingerMs);
    this.#response.flushHeaders();
    req.once('end', end).once('close', end).resume();
  }

  abort(): void {
    this.#flushing = false;
    this.#response.destroy();
  }

  upgrade(): void {
    throw new Error('an upgrade has a connection of its own');
  }
}

/** Responds to a request that asks for another protocol: on its connection there will be no other request. */
export class UpgradeResponse implements ClientResponse {
  readonly #client: Duplex;
  /** What the client has sent after its head. */
  readonly #ahead: Buffer;
  #joined = false;

  constructor(client: Duplex, ahead: Buffer, drained: () => void) {
    this.#client = client;
    this.#ahead = ahead;
    client.on('drain', drained).on('error', () => {});
  }

  get unsent(): number {
    return this.#joined ? 0 : this.#client.writableLength;
  }

  continue(): void {}

  head(status: number, reason: string, fields: string[]): void {
    this.#client.write(responseHead(status, reason, [...fields, 'connection', 'close']), 'latin1');
  }

  write(bytes: Buffer): boolean {
    return this.#client.write(bytes);
  }

  end(): void {
    if (!this.#joined) this.#client.end();
  }

  abort(): void {
    this.#client.destroy();
  }

  upgrade(fields: string[], socket: Duplex): void {
    this.#joined = true;
    this.#client.write(responseHead(101, 'Switching Protocols', fields), 'latin1');
    if (this.#ahead.length > 0) socket.write(this.#ahead);
    socket.on('error', () => this.#client.destroy()).on('close', () => this.#client.destroy());
    this.#client.on('close', () => socket.destroy());
    socket.pipe(this.#client).pipe(socket);
  }
}

/** A response head in its wire form (RFC 9112 section 4), for a connection that node:http has handed over. */
function responseHead(status: number, reason: string, fields: readonly string[]): string {
  let lines = '';
  for (let at = 0; at < fields.length; at += 2) lines += `${fields[at]}: ${fields[at + 1]}\r\n`;
  return `HTTP/1.1 ${status} ${reason}\r\n${lines}\r\n`;
}
