import type { ResponseOf } from '@dormouse/runtime/api';
import type { Caller } from '@dormouse/runtime/caller';
import { decodeCursor, encodeCursor } from '@dormouse/runtime/keyset';
import type * as v from 'valibot';
import { api } from './api.ts';
import { type DeletedFilter, type DeletedPost, keptDays, type WholeDeletedPost } from './deleted-store.ts';
import type { deletedQuery } from './fields.ts';
import { isEditor } from './permission.ts';

type Query = v.InferOutput<typeof deletedQuery>;

/** The store's filter for a query: one's own, for editors anybody's. @throws AppError invalid for a cursor that is not of this list */
export const filterOfDeleted = ({ limit, after, author }: Query, caller: Caller): DeletedFilter => ({
  limit,
  author,
  authorId: isEditor(caller) ? undefined : caller.id,
  after: after === undefined ? undefined : decodeCursor(after, ['number', 'number']),
});

/** What is shown of what was found, and where the rest begins. */
export function deletedPage({ limit, author }: Query, found: readonly DeletedPost[]) {
  const posts = found.slice(0, limit);
  const last = posts.at(-1);
  if (!last || found.length <= limit) return { posts, link: undefined };
  const after = encodeCursor([last.deletedAt.getTime(), last.id]);
  const kept = { limit: String(limit), ...(author && { author }), after };
  return { posts, link: `<${api.deleted.path}?${new URLSearchParams(kept)}>; rel="next"` };
}

/** A deleted post as its list tells it. */
export const deletedView = (post: DeletedPost): ResponseOf<typeof api.deleted, 200>[number] => ({
  id: post.id,
  version: post.version,
  title: post.title,
  slug: post.slug,
  author: post.author,
  created_at: post.createdAt.toISOString(),
  excerpt: post.excerpt,
  category_name: post.categoryName,
  tags: post.tags,
  byline: post.byline,
  status: post.status,
  published_at: post.publishedAt?.toISOString() ?? null,
  updated_at: post.updatedAt.toISOString(),
  kind: post.kind,
  lang: post.lang,
  cover: post.cover,
  cover_alt: post.coverAlt,
  featured: post.featured,
  deleted_at: post.deletedAt.toISOString(),
  deleted_by: post.deletedBy,
  restorable_until: new Date(post.deletedAt.getTime() + keptDays * 86_400_000).toISOString(),
});

/** The same with its text. */
export const wholeDeletedView = (post: WholeDeletedPost): ResponseOf<typeof api.ownDeleted, 200>[number] => ({
  ...deletedView(post),
  content: post.content,
  summary: post.summary,
});
