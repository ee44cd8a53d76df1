import type { ServerResponse } from 'node:http';

/** An answer; `stream` takes the response over. */
export interface HttpResponse {
  status: number;
  type?: string;
  body?: string | Buffer;
  headers?: Record<string, string>;
  stream?: (response: ServerResponse) => void;
}

/** RFC 9457. */
export function problem(status: number, detail: string): HttpResponse {
  return { status, type: 'application/problem+json', body: JSON.stringify({ type: 'about:blank', status, detail }) };
}
