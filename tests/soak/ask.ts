import { request as httpRequest } from 'node:http';

export interface Question {
  port: number;
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Address of 127.0.0.0/8 that it comes from. */
  from?: string;
}

export interface SoakResponse {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  text: string;
}

const timeoutMs = 40_000;
/** Of an answer so much is kept. */
const keptBytes = 1_048_576;

/** One request on a connection of its own, with exactly these fields. @throws Error with a code where there was no answer */
export function ask({
  port,
  method = 'GET',
  path,
  headers = {},
  body,
  from = '127.0.0.1',
}: Question): Promise<SoakResponse> {
  return new Promise((done, failed) => {
    const request = httpRequest({
      port,
      host: '127.0.0.1',
      localAddress: from,
      method,
      path,
      agent: false,
      setHost: headers.host === undefined,
      headers: { ...headers, ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }) },
      timeout: timeoutMs,
    });
    request
      .on('timeout', () => request.destroy(Object.assign(new Error('timeout'), { code: 'timeout' })))
      .on('error', failed)
      .on('upgrade', (response, socket) => {
        socket.destroy();
        done({ status: response.statusCode ?? 101, headers: response.headers, text: '' });
      })
      .on('response', (response) => {
        let text = '';
        response
          .setEncoding('latin1')
          .on('data', (part: string) => {
            if (text.length < keptBytes) text += part;
          })
          .on('error', failed)
          .on('end', () => done({ status: response.statusCode ?? 0, headers: response.headers, text }));
      })
      .end(body);
  });
}

/** The same as JSON. */
export const askJson = ({
  body,
  headers,
  ...rest
}: Omit<Question, 'body'> & { body: unknown }): Promise<SoakResponse> =>
  ask({
    method: 'POST',
    ...rest,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
