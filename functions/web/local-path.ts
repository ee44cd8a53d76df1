const here = 'http://here.invalid';

/**
 * `value` when it is a path on this site, else `fallback`: what a `next` parameter may lead to.
 * Read as browsers read it (WHATWG URL): they drop tabs and newlines, and take `\` for `/`.
 */
export function localPath(value: string | undefined, fallback = '/blog/'): string {
  if (!value?.startsWith('/') || !URL.canParse(value, here)) return fallback;
  const url = new URL(value, here);
  return url.origin === here && !url.pathname.startsWith('//') ? url.pathname + url.search + url.hash : fallback;
}
