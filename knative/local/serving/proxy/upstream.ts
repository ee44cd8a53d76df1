import type { Destination } from '@dormouse/manifests/model';

/** A complete request of a delivery. */
export interface UpstreamRequest {
  method: string;
  /** Path and query, beginning with `/`. */
  path: string;
  headers: Record<string, string>;
  body: Buffer;
  timeoutMs: number;
}

export interface UpstreamResponse {
  status: number;
  /** Lower-case names; repeated fields joined by `, `. */
  headers: Record<string, string>;
  body: Buffer;
  /** The body exceeded `maxResponseBytes`; `body` is its beginning. */
  cut?: boolean;
}

/** Maximum bytes kept of a response's body; no event is larger. */
export const maxResponseBytes = 1024 * 1024;

/**
 * Sends requests to any destination that a manifest may name. Reaches Services of this platform through their activator,
 * which starts them; a rejection by the activator returns its 503.
 *
 * Rejects with an Error whose `code` says why (`ECONNREFUSED`, `ECONNRESET`, `TIMEOUT`, …).
 */
export interface Upstream {
  request(to: Destination, request: UpstreamRequest): Promise<UpstreamResponse>;
}
