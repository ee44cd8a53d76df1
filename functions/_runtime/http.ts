import { Agent, type IncomingMessage, request as plain } from 'node:http';
import type { Agent as SecureAgent } from 'node:https';

export interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer | undefined;
  /** Until the whole answer is there. */
  timeoutMs?: number;
  /** Whether it may be sent a second time when a kept connection breaks; by default every method but POST and PATCH. */
  repeatable?: boolean;
  /** Largest answer that is read, in bytes. */
  maxBytes?: number;
  /** PEM of the authority that signs the server's certificate, instead of the usual ones. */
  ca?: string | undefined;
}

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

const agent = new Agent({
  keepAlive: true,
  maxSockets: 64,
  keepAliveMsecs: 10_000,
  scheduling: 'lifo',
  timeout: 60_000,
});
let secureAgent: SecureAgent | undefined;

/**
 * One HTTP exchange over kept connections, by node:http: half the CPU of fetch, and already loaded by the server.
 * A kept connection that the other side closed at the same moment is replaced once, where the request may be repeated.
 * @throws Error with `code` (ECONNREFUSED, ETIMEDOUT, …) when there is no answer. Any status is an answer.
 */
export async function exchange(url: string, sent: Sent = {}): Promise<Answer> {
  const repeatable = sent.repeatable ?? (sent.method !== 'POST' && sent.method !== 'PATCH');
  try {
    return await once(url, sent);
  } catch (error) {
    const { reused, code } = error as { reused?: boolean; code?: string };
    if (repeatable && reused && code === 'ECONNRESET') return await once(url, sent);
    throw error;
  }
}

/** `exchange` in the shape of fetch. */
export async function request(url: string, sent: Sent = {}): Promise<Response> {
  const answer = await exchange(url, sent);
  const empty = answer.status === 204 || answer.status === 304;
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers))
    for (const each of [value ?? []].flat()) headers.append(name, each);
  return new Response(empty ? null : new Uint8Array(answer.body), { status: answer.status, headers });
}

async function once(url: string, sent: Sent): Promise<Answer> {
  const start = url.startsWith('https:') ? await secure() : plain;
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const { timeoutMs = 10_000, maxBytes = 8 * 1024 * 1024, body, ca } = sent;
  const headers: Record<string, string | number> = { ...sent.headers };
  if (body !== undefined) headers['content-length'] = Buffer.byteLength(body);
  const outgoing = start(url, {
    method: sent.method ?? 'GET',
    headers,
    agent: url.startsWith('https:') ? secureAgent : agent,
    ...(ca && { ca }),
  });
  const timer = setTimeout(
    () => outgoing.destroy(Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' })),
    timeoutMs,
  );
  outgoing.on('error', (error) => reject(Object.assign(error, { reused: outgoing.reusedSocket })));
  outgoing.on('response', (incoming) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if ((size += chunk.length) <= maxBytes) return;
      reject(Object.assign(new Error('the answer is too large'), { code: 'ETOOLARGE' }));
      incoming.destroy();
    });
    incoming.on('error', reject);
    incoming.on('end', () =>
      resolve({
        status: incoming.statusCode ?? 0,
        headers: incoming.headers,
        body: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks),
      }),
    );
  });
  outgoing.end(body);
  return promise.finally(() => clearTimeout(timer));
}

async function secure() {
  const https = await import('node:https');
  secureAgent ??= new https.Agent({ keepAlive: true, maxSockets: 64 });
  return https.request;
}

/** Closes kept connections, so that a process that has finished can end. */
export function closeConnections(): void {
  agent.destroy();
  secureAgent?.destroy();
}
