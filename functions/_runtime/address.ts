import type { IncomingMessage } from 'node:http';
import type { Context } from 'hono';
import { header } from './app.ts';

let trusted = 'x-client-address';

/** Names the header that only the ingress sets; serve.ts calls it once. */
export function trustHeader(name: string): void {
  trusted = name;
}

/** The client's address: what the ingress says, else the connection's own. Never a client's X-Forwarded-For. */
export function clientAddress(c: Context): string {
  const said = header(c, trusted);
  if (said && said.length <= 64) return said;
  return (c.env as { incoming?: IncomingMessage } | undefined)?.incoming?.socket.remoteAddress ?? 'unknown';
}

/** Whether the ingress let this request in. Between functions, and from the Broker, there is no ingress (and no such header, unless a function passes it on). */
export const cameFromOutside = (c: Context): boolean => header(c, trusted) !== undefined;

/** The host (and port) that the client asked for. The ingress keeps it in X-Forwarded-Host, because Host carries the function's own name behind it. */
export const askedHost = (c: Context): string => header(c, 'x-forwarded-host') ?? header(c, 'host') ?? new URL(c.req.url).host;
