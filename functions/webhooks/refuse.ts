import { isIP } from 'node:net';
import { before, type Lookup, nameServers } from './addresses-of-name.ts';
import { insideMessage, isReachable, type Reach, refusalOf } from './target.ts';

export interface RefusingOptions {
  reach: Reach;
  lookup?: Lookup;
  patienceMs?: number;
}

/**
 * Says at once what would be refused at every delivery: an address inside, by its text or by what its name leads to now. A name that leads
 * nowhere yet is taken: deliveries look it up again, each time.
 */
export function refuser({ reach, lookup = nameServers(), patienceMs = 3000 }: RefusingOptions) {
  return async (url: string): Promise<string | undefined> => {
    const refusal = refusalOf(url, reach);
    if (refusal !== undefined) return refusal;
    const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0) return undefined;
    const over = AbortSignal.timeout(patienceMs);
    const addresses = await before(over, lookup(host, over)).catch(() => []);
    return addresses.every(({ address }) => isReachable(address, reach)) ? undefined : insideMessage;
  };
}
