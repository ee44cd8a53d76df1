import { oldPath } from '@dormouse/runtime/old-path';

/** Where a blog was: hosts that were its own, and the folder below which its addresses were. */
export interface FormerPlace {
  readonly hosts: ReadonlySet<string>;
  /** Without a last slash: empty, or `/blog`. */
  readonly folder: string;
}

/** What the blog's own addresses say about where it was, the one that the caller gives first. */
export function formerPlace(addresses: readonly (string | undefined)[]): FormerPlace {
  const known = addresses.flatMap((address) => (address && URL.canParse(address) ? [new URL(address)] : []));
  return {
    hosts: new Set(known.map(({ hostname }) => bare(hostname))),
    folder: known[0]?.pathname.replace(/\/+$/, '') ?? '',
  };
}

/**
 * The path that an address of front matter or of an export had on the blog's host; undefined for one of another host, and for what is
 * no path (`/?p=12`). Without a host it is below the blog's folder.
 */
export function formerPath(address: string, { hosts, folder }: FormerPlace): string | undefined {
  const [, host, rest = '/'] = /^(?:https?:)?\/\/([^/?#:]+)(?::\d+)?([/?#].*)?$/is.exec(address) ?? [];
  if (host !== undefined) return hosts.has(bare(host.toLowerCase())) ? oldPath(rest) : undefined;
  if (/^[a-z][a-z0-9+.-]*:/i.test(address)) return undefined;
  return oldPath(`${folder}/${address.replace(/^\.?\/+/, '')}`);
}

const bare = (hostname: string): string => hostname.replace(/^www\./, '');
