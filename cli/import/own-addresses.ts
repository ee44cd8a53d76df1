/**
 * Tells addresses of the blog from all others.
 * @param bases where it was: `https://blog.example/path/`
 * @returns the path below the base, with what follows it; undefined for an address of somebody else
 */
export function ownAddresses(bases: readonly string[]): (address: string) => string | undefined {
  const known = bases.flatMap((base) => (URL.canParse(base) ? [new URL(base)] : []));
  return (address) => {
    const url = original(URL.parse(address, 'https://nobody.invalid'));
    const base = url && known.find(({ hostname }) => bare(hostname) === bare(url.hostname));
    if (!url || !base) return undefined;
    const folder = base.pathname.replace(/\/+$/, '');
    const path = url.pathname.startsWith(`${folder}/`) ? url.pathname.slice(folder.length) : url.pathname;
    return `${path}${url.search}${url.hash}`;
  };
}

/** Jetpack serves pictures from `i0.wp.com/HOST/PATH?resize=…`: they are those of the blog. */
function original(url: URL | null): URL | null {
  if (!url || !/^i[0-3]\.wp\.com$/.test(url.hostname)) return url;
  return URL.parse(`https:/${url.pathname}`);
}

const bare = (hostname: string): string => hostname.replace(/^www\./, '');
