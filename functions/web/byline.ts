import type { PostSummary } from './posts.ts';

/** Who wrote a post, as printed: "Ada, Grace and Edsger". */
export function byline({ byline, author }: Pick<PostSummary, 'author' | 'byline'>): string {
  const names = byline?.length ? byline : [author];
  return names.length === 1 ? (names[0] as string) : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
