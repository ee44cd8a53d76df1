import type { KnownProvider, ProviderRequest } from './dependencies.ts';
import type { Discovered } from './oauth-client.ts';

/** What a provider says of itself is read again after this many milliseconds. */
const keptMs = 3_600_000;

/** The providers, and what they say of themselves; the library that speaks with them is loaded by the first that needs it. */
export interface Providers {
  find(name: string): KnownProvider | undefined;
  /** @throws Error when the provider does not answer, or nonsense */
  discovered(provider: KnownProvider): Promise<Discovered>;
}

/** @see Providers */
export function providersOf(known: readonly KnownProvider[], request: ProviderRequest, now: () => number): Providers {
  const kept = new Map<string, { at: number; discovered: Promise<Discovered> }>();
  return {
    find: (name) => known.find((each) => each.name === name),
    discovered(provider) {
      const found = kept.get(provider.name);
      if (found && now() - found.at < keptMs) return found.discovered;
      const discovered = import('./oauth-client.ts').then(({ discover }) => discover(provider, request));
      kept.set(provider.name, { at: now(), discovered });
      discovered.catch(() => kept.delete(provider.name));
      return discovered;
    },
  };
}
