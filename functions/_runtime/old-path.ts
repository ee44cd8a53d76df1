/** Longest path, in characters: PostgreSQL's index takes no longer ones of every script. */
const maxLength = 500;

/** WordPress' own address of a post or page, by its number: `/?p=12`, `/index.php?page_id=12`. */
const numbered = /^([^?#]*\/)(?:index\.php)?\?(?:[^#]*&)?(?:p|page_id)=(\d{1,18})(?:[&#]|$)/;

/**
 * A path that something had, in the one spelling by which it is found: decoded, NFC, without query, last slashes and `index.html`.
 * Of queries only the number is kept by which WordPress names a post.
 * @returns undefined for what can be no path of a page: the root, an address with a host, control characters
 * @example oldPath('/2019/03/caf%C3%A9/?utm=x') // '/2019/03/café'
 * @example oldPath('/blog/index.php?p=12') // '/blog/?p=12'
 */
export function oldPath(address: string): string | undefined {
  const [, start, number] = numbered.exec(address) ?? [];
  const bare = decoded(start ?? address.replace(/[?#].*$/s, ''))
    ?.normalize('NFC')
    .replace(/\/index\.html?$/i, '/')
    .replace(/\/+$/, '');
  const path = number === undefined ? bare : `${bare}/?p=${number}`;
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
