import { parseAccept } from 'hono/utils/accept';

/** Content codings that we write (RFC 7932, 8878, 1952). */
export type Coding = 'br' | 'zstd' | 'gzip';

/** What was found for headers that came before: browsers send a handful. */
const found = new WeakMap<readonly Coding[], Map<string, Coding | undefined>>();
const maxFound = 100;
const maxHeader = 200;

/**
 * The coding that a client which sends this Accept-Encoding (RFC 9110, 12.5.3) likes most of those offered; of those it likes alike, the first.
 * Undefined: none at least as much as the text as it is.
 * @param offered the same array each time
 */
export function codingFor<C extends Coding>(acceptEncoding: string | undefined, offered: readonly C[]): C | undefined {
  if (!acceptEncoding) return undefined;
  let known = found.get(offered) as Map<string, C | undefined> | undefined;
  if (!known) found.set(offered, (known = new Map()));
  if (known.has(acceptEncoding)) return known.get(acceptEncoding);
  const coding = choose(acceptEncoding, offered);
  if (known.size < maxFound && acceptEncoding.length <= maxHeader) known.set(acceptEncoding, coding);
  return coding;
}

/** hono/accepts reads the header from a whole Headers, which would be made for every page that is read. */
function choose<C extends Coding>(acceptEncoding: string, offered: readonly C[]): C | undefined {
  const accepted = parseAccept(acceptEncoding.toLowerCase());
  const qualityOf = (name: string) => accepted.find(({ type }) => type === name)?.q;
  let best: C | undefined;
  let bestQuality = qualityOf('identity') ?? 0;
  for (const coding of offered) {
    const quality = qualityOf(coding) ?? qualityOf('*') ?? 0;
    if (quality <= 0 || quality < bestQuality || (best && quality === bestQuality)) continue;
    best = coding;
    bestQuality = quality;
  }
  return best;
}
