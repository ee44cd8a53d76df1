import type { UpstreamRequest, UpstreamResponse } from '@dormouse/serving/proxy/upstream';
import type { Sink, SinkResponse } from './sink.ts';

/** Handles a request, like `fetch` of a Hono app. */
export type Fetch = (request: Request) => Response | Promise<Response>;

/** Receiver of events in a test: an app in this process, a scripted sink, or the origin of a server (`http://127.0.0.1:8080`). */
export type Receiver = Fetch | { fetch: Fetch } | Sink | string;

/** Sends a request to an app or a server. Rejects with an Error with a `code` when there is no response. */
export async function hand(
  receiver: Exclude<Receiver, Sink>,
  host: string,
  request: UpstreamRequest,
): Promise<UpstreamResponse> {
  if (typeof receiver === 'string') return overNetwork(receiver, request);
  const fetch = typeof receiver === 'function' ? receiver : (each: Request) => receiver.fetch(each);
  try {
    return await readResponse(await fetch(requestTo(`http://${host}`, request)));
  } catch (error) {
    // A server's response when the handler throws.
    return { status: 500, headers: {}, body: Buffer.from((error as Error).message) };
  }
}

const requestTo = (origin: string, { method, path, headers, body }: UpstreamRequest) =>
  new Request(origin + path, { method, headers, ...(body.length > 0 ? { body: new Uint8Array(body) } : {}) });

async function overNetwork(origin: string, request: UpstreamRequest): Promise<UpstreamResponse> {
  try {
    return await readResponse(await fetch(requestTo(new URL(origin).origin, request)));
  } catch (error) {
    const { cause, message } = error as Error & { cause?: NodeJS.ErrnoException };
    throw Object.assign(new Error(cause?.message || message), { code: cause?.code ?? 'ECONNRESET' });
  }
}

async function readResponse(response: Response): Promise<UpstreamResponse> {
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  };
}

/** Converts a scripted response. Rejects for a closed connection. */
export async function responseOf(sinkResponse: Exclude<SinkResponse, 'hang'>): Promise<UpstreamResponse> {
  if (sinkResponse === 'close')
    throw Object.assign(new Error('the connection was closed without an answer'), { code: 'ECONNRESET' });
  if (typeof sinkResponse === 'number') return { status: sinkResponse, headers: {}, body: Buffer.alloc(0) };
  const { status = 200, headers = {}, body = '', event } = sinkResponse;
  if (!event) return { status, headers, body: Buffer.from(body) };
  return {
    status,
    headers: { ...headers, 'content-type': 'application/cloudevents+json' },
    body: Buffer.from(JSON.stringify({ specversion: '1.0', ...event })),
  };
}
