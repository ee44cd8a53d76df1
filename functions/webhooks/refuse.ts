import type { LookupAddress } from 'node:dns';
import { lookup as systemLookup } from 'node:dns/promises';
import { setTimeout } from 'node:timers/promises';
import { insideMessage, isReachable, type Reach, refusalOf } from './target.ts';

export interface RefusingOptions {
  reach: Reach;
  lookup?: (hostname: string) => Promise<readonly LookupAddress[]>;
  patienceMs?: number;
}

/**
 * Says at once what would be refused at every delivery: an address inside, by its text or by what its name leads to now. A name that leads
 * nowhere yet is taken: deliveries look it up again, each time.
 */
export function refuser({ reach, lookup = allAddresses, patienceMs = 3000 }: RefusingOptions) {
  return async (url: string): Promise<string | undefined> => {
    const refusal = refusalOf(url, reach);
    if (refusal !== undefined) return refusal;
    const looking = lookup(new URL(url).hostname.replace(/^\[|\]$/g, '')).catch(() => []);
    const addresses = await Promise.race([looking, setTimeout(patienceMs, [], { ref: false })]);
    return addresses.every(({ address }) => isReachable(address, reach)) ? undefined : insideMessage;
  };
}

const allAddresses = (hostname: string) => systemLookup(hostname, { all: true, verbatim: true });
