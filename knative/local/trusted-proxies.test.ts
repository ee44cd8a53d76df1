import { describe, expect, it } from 'vitest';
import { trustedProxies } from './trusted-proxies.ts';

describe('the proxies that are trusted', () => {
  it('are nobody unless somebody is named', () => {
    expect(trustedProxies([])).toBeUndefined();
  });

  it.each([
    ['127.0.0.1/8', '127.200.3.4', true],
    ['127.0.0.1/8', '128.0.0.1', false],
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.3', '10.1.2.4', false],
    ['fd00::/8', 'fd12::1', true],
    ['::1', '::1', true],
    ['::1', '::2', false],
  ])('%s has %s: %s', (network, peer, expected) => {
    const trusted = trustedProxies(['192.0.2.1', network]);
    expect(trusted?.check(peer, peer.includes(':') ? 'ipv6' : 'ipv4')).toBe(expected);
  });

  it('have IPv4 addresses also as a listener for both families sees them', () => {
    expect(trustedProxies(['127.0.0.1/8'])?.check('::ffff:127.0.0.1', 'ipv6')).toBe(true);
  });

  it.each([
    '',
    'proxy.example',
    '127.0.0.1/33',
    '::1/129',
    '127.0.0.1/8/8',
    '127.0.0.1/',
    '127.0.0.1/-1',
    'fe80::1%lo',
  ])('are not %j', (network) => {
    expect(() => trustedProxies([network])).toThrow(`${network}: not an address or a network such as 127.0.0.1/8`);
  });

  it.each(['0.0.0.0/0', '::/0'])('are not everybody: %s', (network) => {
    expect(() => trustedProxies([network])).toThrow(`${network}: this is everybody`);
  });
});
