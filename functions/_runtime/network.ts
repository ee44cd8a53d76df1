import ipaddr from 'ipaddr.js';

/**
 * What limits count instead of an address: an IPv4 address as it is, of an IPv6 address its first 64 bits, because a single customer
 * has at least 2^64 addresses. What is no address is its own network.
 */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (!('parts' in parsed)) return parsed.toString();
  return `${parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
