import { isIP } from 'node:net';
import { isLoopback, isPublicAddress } from './public-address.ts';

/** What addresses of webhooks may be. */
export interface Reach {
  /** For development: http, and this machine's own addresses. */
  local: boolean;
}

/** Whether something may be sent to an address, as the system writes it. */
export const isReachable = (address: string, { local }: Reach): boolean =>
  isPublicAddress(address) || (local && isLoopback(address));

const inside =
  /(^|\.)(localhost|local|localdomain|internal|intranet|lan|home|corp|private|svc|arpa|onion|test|invalid)\.?$/;

/**
 * Why nothing may be sent to an address, as far as its text tells; undefined when something may. What its name leads to is looked up each
 * time that something is sent.
 */
export function refusalOf(text: string, reach: Reach): string | undefined {
  if (!URL.canParse(text)) return 'must be an absolute address';
  const { protocol, username, password, hostname, port, hash } = new URL(text);
  if (protocol !== 'https:' && !(reach.local && protocol === 'http:')) return 'must begin with https://';
  if (username !== '' || password !== '') return 'must not have a user name or a password';
  if (hash !== '') return 'must not have a fragment';
  if (port !== '' && Number(port) < 1024) return 'must have no port, or one above 1023';
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return isReachable(host, reach) ? undefined : insideMessage;
  if (reach.local && hostname === 'localhost') return undefined;
  return inside.test(hostname) || !hostname.replace(/\.$/, '').includes('.') ? insideMessage : undefined;
}

export const insideMessage = 'must lead to a public address';
