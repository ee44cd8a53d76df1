import type { ServerResponse } from 'node:http';

/** A response of the console or a query API; `stream` takes over the connection. */
export interface HttpResponse {
  status: number;
  type?: string;
  body?: string | Buffer;
  headers?: Record<string, string>;
  stream?: (response: ServerResponse) => void;
}

/** A problem document (RFC 9457). */
export function problem(status: number, detail: string): HttpResponse {
  return { status, type: 'application/problem+json', body: JSON.stringify({ type: 'about:blank', status, detail }) };
}
