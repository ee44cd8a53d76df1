/** What shared caches in front of the site are told by: the header that names keys, and how keys are purged. */
export const purgeForms = ['surrogate-key', 'cache-tag'] as const;
export type PurgeForm = (typeof purgeForms)[number];

/** Names of things that answers show. Who purges the name of a thing purges every answer that shows it. */
export const keyOf = {
  /** Settings of the blog: in the frame of every page. */
  blog: 'blog',
  /** Lists, feeds, counts and site maps: whatever changes with any post. */
  posts: 'posts',
  post: (id: number): string => `post-${id}`,
  /** The posts before and after a post, which its page leads to. */
  beside: (post: number): string => `beside-${post}`,
  /** Name and colour of a category. */
  category: (id: number): string => `category-${id}`,
  /** The newest posts of a category, which others of it lead to. */
  newestOf: (category: number): string => `newest-${category}`,
  tag: (slug: string): string => `tag-${encodeURIComponent(slug)}`,
  /** What an author says of themselves, and the list of their posts. */
  author: (name: string): string => `author-${encodeURIComponent(name.toLowerCase())}`,
  /** What somebody is called, wherever that is shown. */
  name: (username: string): string => `name-${encodeURIComponent(username.toLowerCase())}`,
  /** Whatever names more people than a header bears. */
  names: 'names',
  /** A picture of media, and pages that name it: by the beginning of its hash, since a page may name many. */
  picture: (hash: string): string => `picture-${hash.slice(0, 16)}`,
  /** Whatever names more pictures than a header bears. */
  pictures: 'pictures',
  /** Everything that a shared cache keeps. */
  all: 'all',
} as const;

/** How long a shared cache may keep what is purged when it changes, in seconds. */
const keptSeconds = 86_400;
/** How long what waits for something that is being made. */
export const pendingSeconds = 60;

let form: PurgeForm | undefined;

/** Says that a shared cache is told of changes (PURGE_URL), and by which header it knows keys; serve.ts calls it once. */
export function setPurgeForm(known: PurgeForm | undefined): void {
  form = known;
}

/**
 * Header lines for an answer that everybody may get. Only where changes are told is a shared cache allowed to keep it; browsers go on
 * asking each time. Fastly reads Surrogate-Control, others CDN-Cache-Control (RFC 9213).
 * @param seconds for so long it may be kept
 */
export function surrogateFields(keys: Iterable<string>, seconds: number = keptSeconds): Record<string, string> {
  const all = [...new Set(keys), ...(form === undefined ? [] : [keyOf.all])];
  const kept = `max-age=${seconds}, stale-if-error=${keptSeconds}`;
  return {
    'surrogate-key': all.join(' '),
    ...(form !== undefined && { 'cdn-cache-control': kept }),
    ...(form === 'surrogate-key' && { 'surrogate-control': kept }),
    ...(form === 'cache-tag' && { 'cache-tag': all.join(',') }),
  };
}
