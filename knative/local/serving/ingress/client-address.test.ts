import { BlockList } from 'node:net';
import { expect, it } from 'vitest';
import { clientOrigin } from './client-address.ts';

const trusted = new BlockList();
trusted.addSubnet('127.0.0.0', 8, 'ipv4');
trusted.addSubnet('10.0.0.0', 8, 'ipv4');
trusted.addSubnet('fd00::', 8, 'ipv6');
const forwarded = (addresses: string, ...proto: string[]) => [
  'x-forwarded-for',
  addresses,
  ...proto.flatMap((value) => ['x-forwarded-proto', value]),
];

it.each([
  ['the peer, when nobody is trusted', undefined, '127.0.0.1', ['203.0.113.1', 'https'], '127.0.0.1', 'http'],
  ['the peer, when it is not trusted', trusted, '198.51.100.7', ['203.0.113.1', 'https'], '198.51.100.7', 'http'],
  ['what a trusted proxy says', trusted, '127.0.0.1', ['203.0.113.1', 'https'], '203.0.113.1', 'https'],
  ['the last one that no trusted proxy is', trusted, '::1', ['203.0.113.1'], '::1', 'http'],
  ['not what the client said before', trusted, '10.1.1.1', ['6.6.6.6, 203.0.113.1, 10.2.2.2'], '203.0.113.1', 'http'],
  ['the last proxy, when the next is no address', trusted, '127.0.0.1', ['203.0.113.1, unknown'], '127.0.0.1', 'http'],
  ['an address of IPv6', trusted, 'fd00::1', ['2001:db8::1', 'HTTPS'], '2001:db8::1', 'https'],
  ['an address of IPv4 within IPv6', trusted, '127.0.0.1', ['::ffff:203.0.113.1'], '203.0.113.1', 'http'],
  ['the last protocol', trusted, '127.0.0.1', ['203.0.113.1', 'https', 'http'], '203.0.113.1', 'http'],
] as const)('the client is %s', (_what, list, peer, [addresses, ...proto], address, scheme) => {
  expect(clientOrigin(peer, forwarded(addresses, ...proto), list)).toEqual({ address, proto: scheme });
});
