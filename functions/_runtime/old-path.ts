/** Longest path, in characters: PostgreSQL's index takes no longer ones of every script. */
const maxLength = 500;

/**
 * A path that something had, in the one spelling by which it is found: decoded, NFC, without query, last slashes and `index.html`.
 * @returns undefined for what can be no path of a page: the root, an address with a host, control characters
 * @example oldPath('/2019/03/caf%C3%A9/?utm=x') // '/2019/03/café'
 */
export function oldPath(address: string): string | undefined {
  const path = decoded(address.replace(/[?#].*$/s, ''))
    ?.normalize('NFC')
    .replace(/\/index\.html?$/i, '/')
    .replace(/\/+$/, '');
  if (!path || !/^\/[^/]/.test(path) || /[\p{Cc}\p{Surrogate}\\]|\/\//u.test(path)) return undefined;
  return [...path].length <= maxLength ? path : undefined;
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
