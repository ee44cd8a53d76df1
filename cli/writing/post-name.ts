/** How a post is named on the command line. */
export type PostName = { readonly id: number } | { readonly slug: string };

/** A post's number, its slug, or the address of its page. @throws Error with the reason, for the parser of arguments */
export function postName(input: string): PostName {
  if (/^\d{1,15}$/.test(input)) return { id: Number(input) };
  const slug = /^(?:https?:\/\/[^/]+)?\/blog\/posts\/([^/?#]+)/.exec(input)?.[1];
  try {
    const found = slug === undefined ? input : decodeURIComponent(slug);
    if (found !== '' && !/[/?#\s]/.test(found)) return { slug: found };
  } catch {
    // No UTF-8 behind its percent signs.
  }
  throw new Error('must be the number, the slug or the address of a post');
}
