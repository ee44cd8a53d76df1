import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import type { Readable } from 'node:stream';
import type { InstanceConnections, InstanceExchange, InstanceRequest, ResponseHandler } from './instance-exchange.ts';

/** Codes with which a server says that it has not looked at the request (RFC 9113 section 8.7). */
const unseen = constants.NGHTTP2_REFUSED_STREAM;

/** One HTTP/2 connection in clear text (prior knowledge) to an instance whose port is named `h2c`. */
export function createHttp2Connections(port: number, host = '127.0.0.1'): InstanceConnections {
  let session: ClientHttp2Session | undefined;
  const current = (): ClientHttp2Session => {
    if (session && !session.closed && !session.destroyed) return session;
    session = connect(`http://${host}:${port}`);
    session.on('error', () => {}); // its requests tell it
    session.unref();
    return session;
  };
  return {
    send: (request, handler) => new Http2Exchange(current(), request, handler),
    destroy: () => session?.destroy(),
  };
}

class Http2Exchange implements InstanceExchange {
  readonly #handler: ResponseHandler;
  readonly #session: ClientHttp2Session;
  #stream: ClientHttp2Stream | undefined;
  #trailers: string[] = [];
  #over = false;

  constructor(session: ClientHttp2Session, request: InstanceRequest, handler: ResponseHandler) {
    this.#session = session;
    this.#handler = handler;
    if (request.upgrade !== '') {
      process.nextTick(() => this.#fail('EPROTO')); // HTTP/2 has no `Upgrade` (RFC 9113 section 8.6)
      return;
    }
    const { body } = request;
    this.#stream = session.request(pseudoFields(request), { endStream: !body });
    this.#listen(this.#stream);
    if (Buffer.isBuffer(body)) this.#stream.end(body);
    else if (body) this.#pipe(body, this.#stream);
  }

  #listen(stream: ClientHttp2Stream): void {
    stream
      .on('response', (headers, flags, raw: string[]) => {
        if (this.#over) return;
        const fields: string[] = [];
        for (let at = 0; at < raw.length; at += 2) if (!raw[at]!.startsWith(':')) fields.push(raw[at]!, raw[at + 1]!);
        const ended = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
        this.#handler.onResponseHead(Number(headers[':status']), '', fields, ended);
      })
      .on('trailers', (_headers, _flags, raw: string[]) => {
        this.#trailers = raw;
      })
      .on('data', (bytes: Buffer) => {
        if (!this.#over && !this.#handler.onResponseBody(bytes)) stream.pause();
      })
      .on('end', () => this.#end(stream))
      .on('error', (error: NodeJS.ErrnoException) => this.#fail(error.code ?? 'EPROTO'))
      .on('close', () => this.#fail('ECONNRESET'));
  }

  #pipe(body: Readable, stream: ClientHttp2Stream): void {
    body.on('error', () => stream.close(constants.NGHTTP2_CANCEL));
    body.pipe(stream);
  }

  #end(stream: ClientHttp2Stream): void {
    if (this.#over) return;
    if (stream.rstCode !== constants.NGHTTP2_NO_ERROR || stream.aborted) {
      this.#fail('ECONNRESET');
      return;
    }
    this.#over = true;
    this.#handler.onResponseEnd(this.#trailers);
  }

  #fail(code: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#stream?.close(constants.NGHTTP2_CANCEL);
    const sent = this.#stream !== undefined && !this.#session.connecting && code !== 'ECONNREFUSED';
    this.#handler.onResponseFailed({ code, sent: sent && this.#stream?.rstCode !== unseen });
  }

  abandon(): void {
    this.#over = true;
    this.#stream?.close(constants.NGHTTP2_CANCEL);
  }

  resume(): void {
    this.#stream?.resume();
  }
}

function pseudoFields({ method, path, fields, length }: InstanceRequest): string[] {
  const all = [':method', method, ':path', path, ':scheme', 'http'];
  const rest: string[] = [];
  for (let at = 0; at < fields.length; at += 2)
    if (fields[at] === 'host') all.push(':authority', fields[at + 1]!);
    else rest.push(fields[at]!, fields[at + 1]!);
  if (length > 0) rest.push('content-length', String(length));
  return [...all, ...rest];
}
