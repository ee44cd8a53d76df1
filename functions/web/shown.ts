import { keyOf } from '@dormouse/runtime/surrogate-keys';
import type { CategoryRef } from './posts.ts';

/** Names of posts that a page lists without changing with every post of the blog, and of their categories. */
export const namesOf = (posts: Iterable<{ id: number; category: CategoryRef }>): string[] =>
  [...posts].flatMap(({ id, category }) => [keyOf.post(id), keyOf.category(category.id)]);

/** As many names as a header bears beside the others. */
const mostPictures = 40;

/** Names of pictures that a page shows, or is to show once they are made. @param hashes each once */
export const keysOfPictures = (hashes: readonly string[]): string[] =>
  hashes.length > mostPictures ? [keyOf.pictures] : hashes.map(keyOf.picture);

/** As many names of people as a header bears beside the others. */
const mostNames = 40;

/** Names of people whom a page names. @param usernames each as often as it likes */
export function keysOfNames(usernames: Iterable<string>): string[] {
  const all = new Set(usernames);
  return all.size > mostNames ? [keyOf.names] : [...all].map(keyOf.name);
}

/** What every page shows that lists posts of the blog, or counts them. */
export const wholeBlog = [keyOf.blog, keyOf.posts] as const;
