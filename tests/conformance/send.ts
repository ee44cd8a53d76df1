import { type IncomingHttpHeaders, request } from 'node:http';

export interface Sent {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** Interim answers (1xx) before this one. */
  before: number[];
}

export interface Message {
  method?: string;
  headers?: Readonly<Record<string, string | string[] | number>>;
  body?: string | Buffer;
  /** The body goes in chunks, without a length. */
  chunked?: boolean;
}

/** One HTTP/1.1 request, written as it is told. */
export function send(
  url: string,
  { method = 'POST', headers = {}, body = '', chunked = false }: Message = {},
): Promise<Sent> {
  return new Promise((done, failed) => {
    const before: number[] = [];
    const length = chunked ? {} : { 'content-length': Buffer.byteLength(body) };
    const made = request(url, { method, headers: { ...length, ...headers } });
    made.on('information', ({ statusCode }) => before.push(statusCode));
    made.on('error', failed);
    made.on('upgrade', (_, socket) => {
      socket.destroy();
      failed(new Error('the protocol was changed'));
    });
    made.on('response', async (response) => {
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part as Buffer);
      done({
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: Buffer.concat(parts).toString(),
        before,
      });
    });
    if (chunked) made.write(body);
    made.end(chunked ? undefined : body);
  });
}
