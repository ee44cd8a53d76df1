import { BlockList, isIP } from 'node:net';

/**
 * Peers whose X-Forwarded-For and X-Forwarded-Proto are believed; undefined when there are none.
 * @param networks addresses and networks: `127.0.0.1`, `127.0.0.1/8`, `fd00::/8`
 * @throws Error that says in one line which of them is wrong, and why
 */
export function trustedProxies(networks: readonly string[]): BlockList | undefined {
  if (networks.length === 0) return undefined;
  const trusted = new BlockList();
  for (const each of networks) trust(trusted, each);
  return trusted;
}

function trust(trusted: BlockList, text: string): void {
  try {
    const { address, length, family } = parseNetwork(text);
    trusted.addSubnet(address, length, family);
  } catch (error) {
    throw new Error(`${text}: ${(error as Error).message}`, { cause: error });
  }
}

interface Network {
  address: string;
  /** Bits of the address that count. */
  length: number;
  family: 'ipv4' | 'ipv6';
}

/** An address, or a network in CIDR notation. @throws Error with the reason */
export function parseNetwork(text: string): Network {
  const [address = '', prefix, ...more] = text.split('/');
  const version = isIP(address);
  const bits = version === 4 ? 32 : 128;
  const length = prefix === undefined ? bits : Number(prefix);
  const isLength = prefix === undefined || (/^\d{1,3}$/.test(prefix) && length <= bits);
  if (version === 0 || address.includes('%') || !isLength || more.length > 0)
    throw new Error('not an address or a network such as 127.0.0.1/8');
  if (length === 0) throw new Error('this is everybody: name the proxies only');
  return { address, length, family: version === 4 ? 'ipv4' : 'ipv6' };
}
