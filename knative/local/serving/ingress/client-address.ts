import { type BlockList, isIP } from 'node:net';
import { fieldOf } from '@dormouse/http/request-fields';

/** Where a request comes from, as far as the ingress can know. */
export interface ClientOrigin {
  address: string;
  proto: 'http' | 'https';
}

/**
 * The client of a request. Only trusted proxies are believed: of `X-Forwarded-For`, which each proxy appends to, the last
 * address that is not one of theirs; and the last `X-Forwarded-Proto`.
 * @param peer address of the connection's other side
 * @param fields name, value, name, value …; names in lower case
 */
export function clientOrigin(peer: string, fields: readonly string[], trusted: BlockList | undefined): ClientOrigin {
  if (!trusted || !isTrusted(peer, trusted)) return { address: peer, proto: 'http' };
  const hops = (fieldOf(fields, 'x-forwarded-for') ?? '').split(',').map((hop) => hop.trim());
  let address = peer;
  while (hops.length > 0 && isTrusted(address, trusted)) {
    const next = hops.pop()!;
    if (isIP(next) === 0) break;
    address = next.replace(/^::ffff:(?=\d+\.)/i, '');
  }
  const proto = fieldOf(fields, 'x-forwarded-proto')?.split(',').at(-1)?.trim().toLowerCase();
  return { address, proto: proto === 'https' ? 'https' : 'http' };
}

const isTrusted = (address: string, trusted: BlockList) =>
  isIP(address) !== 0 && trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
