import type { Destination } from './model.ts';

/** One request of the platform's own parts (broker, PingSource) to whoever receives. Header names are lower-case. */
export interface UpstreamRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer;
  timeoutMs: number;
}

export interface UpstreamResponse {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/**
 * The way to a Service (woken when it sleeps), a Broker or any URL. `path` is the destination's own path already
 * joined to what the caller wants. Rejects with an Error whose `code` says why (ECONNREFUSED, TIMEOUT …).
 */
export interface Upstream {
  request(to: Destination, request: UpstreamRequest): Promise<UpstreamResponse>;
}
