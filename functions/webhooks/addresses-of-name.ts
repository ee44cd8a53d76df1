import type { LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';

/**
 * Finds every address that a name leads to.
 * @param over ends the search
 * @throws Error with a `code` such as ENOTFOUND where there is none
 */
export type Lookup = (hostname: string, over: AbortSignal) => Promise<readonly LookupAddress[]>;

export interface NameServersOptions {
  /** `address:port` of each; those of the system by default. */
  servers?: readonly string[];
}

/** Of one question to one server; the second time it is asked, c-ares waits for twice as long. */
const patienceMs = 1500;
const tries = 2;

/**
 * Asks the system's name servers for A and AAAA records, over sockets of this process. getaddrinfo would hold one of the process' four
 * threads for as long as a name server is silent: four such names, and nothing is delivered to anybody. What getaddrinfo knows besides
 * (/etc/hosts, search domains, mDNS) leads inside, where nothing may be sent.
 */
export function nameServers({ servers }: NameServersOptions = {}): Lookup {
  return async (hostname, over) => {
    over.throwIfAborted();
    const resolver = new Resolver({ timeout: patienceMs, tries });
    if (servers) resolver.setServers(servers);
    const cancel = () => resolver.cancel();
    over.addEventListener('abort', cancel, { once: true });
    try {
      const [four, six] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
      if (four.status === 'rejected' && six.status === 'rejected') throw four.reason;
      return [...found(four, 4), ...found(six, 6)];
    } finally {
      over.removeEventListener('abort', cancel);
    }
  };
}

const found = (answer: PromiseSettledResult<string[]>, family: 4 | 6): LookupAddress[] =>
  answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family })) : [];

/** What a work answers, unless it is over before. @throws the signal's reason */
export const before = <T>(over: AbortSignal, work: Promise<T>): Promise<T> => {
  const { promise, reject } = Promise.withResolvers<never>();
  over.addEventListener('abort', () => reject(over.reason), { once: true });
  return Promise.race([work, promise]);
};
