import { isIPv4, isIPv6 } from 'node:net';

/** Which requests are lines of the access log, and what they say of the client. */
export interface AccessLog {
  /** `refusals`: those that were answered 401, 403 or 429. */
  readonly requests: 'none' | 'refusals' | 'all';
  /** How much of the client's address is in a line: nothing, the network (/24, /48), or all of it. */
  readonly address: 'none' | 'network' | 'full';
}

const which = { ACCESS_LOG: ['none', 'refusals', 'all'], ACCESS_LOG_ADDRESS: ['none', 'network', 'full'] } as const;
const refusals: ReadonlySet<number> = new Set([401, 403, 429]);

/** ACCESS_LOG and ACCESS_LOG_ADDRESS. @throws Error naming the variable that cannot be read */
export function readAccessLog(env: Readonly<Record<string, string | undefined>>): AccessLog {
  const choice = <N extends keyof typeof which>(name: N): (typeof which)[N][number] => {
    const value = env[name] || 'none';
    const found = which[name].find((each) => each === value);
    if (!found) throw new Error(`the environment variable ${name} must be one of ${which[name].join(', ')}`);
    return found;
  };
  return { requests: choice('ACCESS_LOG'), address: choice('ACCESS_LOG_ADDRESS') };
}

/** Whether a request with this answer is a line. */
export const isAccessLogged = ({ requests }: AccessLog, status: number): boolean =>
  requests === 'all' || (requests === 'refusals' && refusals.has(status));

/** What a line says of a client's address; undefined for nothing. */
export function loggedAddress({ address: mode }: AccessLog, address: string | undefined): string | undefined {
  if (mode === 'none' || address === undefined) return undefined;
  if (mode === 'full') return address;
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (isIPv4(plain)) return plain.replace(/\d+$/, '0/24');
  return isIPv6(plain) ? `${groupsOf(plain).slice(0, 3).join(':')}::/48` : undefined;
}

/** The first groups of an IPv6 address, those that `::` stands for included. */
function groupsOf(address: string): string[] {
  const [left = '', right] = address.split('::');
  const [before, after] = [left, right ?? ''].map((part) => part.split(':').filter(Boolean)) as [string[], string[]];
  const zeros = right === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array<string>(zeros).fill('0'), ...after];
}
