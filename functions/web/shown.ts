import { keyOf } from '@dormouse/runtime/surrogate-keys';
import type { CategoryRef } from './posts.ts';

/** Names of posts that a page lists without changing with every post of the blog, and of their categories. */
export const namesOf = (posts: Iterable<{ id: number; category: CategoryRef }>): string[] =>
  [...posts].flatMap(({ id, category }) => [keyOf.post(id), keyOf.category(category.id)]);

/** What every page shows that lists posts of the blog, or counts them. */
export const wholeBlog = [keyOf.blog, keyOf.posts] as const;
