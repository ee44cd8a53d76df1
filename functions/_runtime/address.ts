import type { IncomingMessage } from 'node:http';
import type { Context } from 'hono';
import { proofHeader, proofOf } from './client-proof.ts';
import { header } from './request.ts';

let trusted = 'x-client-address';
let proven = proofOf(undefined);

/** Names the header that only the ingress sets, and the secret that proves it; serve.ts calls it once. */
export function trustHeader(name: string, secret?: string): void {
  trusted = name;
  proven = proofOf(secret);
}

let site: string | undefined;

/** Names the site's own origin (PUBLIC_URL), which then counts more than what a request says; serve.ts calls it once. */
export function setPublicUrl(origin: string | undefined): void {
  site = origin;
}

/** Where readers find the site, `https://blog.example`; undefined where only the request tells. */
export const publicUrl = (): string | undefined => site;

/**
 * The client's address: what the ingress says, and proves where a secret is set, else the connection's own, which all strangers inside of a
 * cluster share. Never a client's X-Forwarded-For.
 */
export function clientAddress(c: Context): string {
  const said = saidAddress((name) => header(c, name));
  if (said) return said;
  return (c.env as { incoming?: IncomingMessage } | undefined)?.incoming?.socket.remoteAddress ?? 'unknown';
}

/** The client's address as the ingress says it, and proves it; undefined where it does not. @param field of the request, by its lower-case name */
export function saidAddress(field: (name: string) => string | undefined): string | undefined {
  const said = field(trusted);
  return said && said.length <= 64 && proven(field(proofHeader)) ? said : undefined;
}

/** Whether the ingress let this request in. Between functions, and from the Broker, there is no ingress (and no such header, unless a function passes it on). */
export const cameFromOutside = (c: Context): boolean => header(c, trusted) !== undefined;

/** What the ingress says of where the client asked, `https://blog.example`. Gateways behind it put the function's name into Host, and words of their own into X-Forwarded-*. */
export const originHeader = 'x-client-origin';

/** The host (and port) that the client asked for. */
export const requestHost = (c: Context): string =>
  header(c, originHeader)?.replace(/^.*?:\/\//, '') ??
  header(c, 'x-forwarded-host') ??
  header(c, 'host') ??
  new URL(c.req.url).host;

/** Whether `origin` is this site's: PUBLIC_URL, or the host that the client asked for. */
export const isOwnOrigin = (origin: string, c: Context): boolean =>
  origin === site || (URL.canParse(origin) && new URL(origin).host === requestHost(c).toLowerCase());

/** Whether readers speak https to the site: as PUBLIC_URL says, else as the ingress says of this request. */
export const isSecureRequest = (c: Context): boolean =>
  isSecure((name) => header(c, name)) || c.req.url.startsWith('https:');

/** The same of a request's headers, by their lower-case names. */
export function isSecure(field: (name: string) => string | undefined): boolean {
  if (site !== undefined) return site.startsWith('https:');
  const origin = field(originHeader);
  return origin === undefined ? field('x-forwarded-proto') === 'https' : origin.startsWith('https:');
}
