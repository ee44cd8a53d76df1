import type { Destination } from '@dormouse/manifests/model';

/** A whole request, as a delivery makes one. */
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
  /** There was more than `mostAnswerBytes`, and `body` is the beginning. */
  cut?: boolean;
}

/** What is kept of an answer's body: an event has no more. */
export const maxResponseBytes = 1024 * 1024;

/**
 * Sends to whatever a manifest may name as a receiver. Services of this platform are reached through their activator,
 * which wakes them; what the activator refuses comes back as its 503.
 *
 * Rejects with an Error whose `code` says why (`ECONNREFUSED`, `ECONNRESET`, `TIMEOUT`, …).
 */
export interface Upstream {
  request(to: Destination, request: UpstreamRequest): Promise<UpstreamResponse>;
}
