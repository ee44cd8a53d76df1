import { blogUpdated } from '@dormouse/events/blog';
import type { categoryDeleted } from '@dormouse/events/category';
import type { commentUpdated } from '@dormouse/events/comment';
import type { DataOf } from '@dormouse/events/contract';
import type { postUpdated } from '@dormouse/events/post';
import { userDeleted, userUpdated } from '@dormouse/events/user';
import { tagSlug } from '@dormouse/runtime/slug';
import { keyOf } from '@dormouse/runtime/surrogate-keys';

type Post = DataOf<typeof postUpdated>;

/**
 * Names of what an event about a post changes: the post wherever it is shown, lists, and the newest of its category, tags and author.
 * @param beside ids of the posts before and after it, whose pages lead to it
 */
export const keysOfPost = ({ id, author, category, tags = [] }: Post, beside: readonly number[]): string[] => [
  keyOf.posts,
  keyOf.post(id),
  keyOf.newestOf(category.id),
  ...tags.map((tag) => keyOf.tag(tagSlug(tag))),
  keyOf.author(author),
  ...beside.map(keyOf.beside),
];

/** Names of what an event about a comment changes: the page of its post, and lists, which say how many there are. */
export const keysOfComment = ({ post_id: post }: DataOf<typeof commentUpdated>): string[] => [
  keyOf.posts,
  keyOf.post(post),
];

/** Names of what an event about a picture changes: pages that name it, and the picture itself. */
export const keysOfPicture = ({ hash }: { hash: string }): string[] => [keyOf.picture(hash), keyOf.pictures];

/** Names of what any other event changes. @param data checked against the contract of `type` */
export function keysOfOther(type: string, data: unknown): string[] {
  if (type === blogUpdated.type) return [keyOf.blog];
  if (type === userUpdated.type || type === userDeleted.type) {
    const { username, changed } = data as Partial<DataOf<typeof userUpdated>> & DataOf<typeof userDeleted>;
    const isNamedAnew = changed === undefined || changed.includes('display_name') || changed.includes('picture');
    return [keyOf.author(username), ...(isNamedAnew ? [keyOf.name(username), keyOf.names] : [])];
  }
  const { id, merged_into: into } = data as { id: number } & Partial<DataOf<typeof categoryDeleted>>;
  return [keyOf.posts, keyOf.category(id), ...(into ? [keyOf.category(into)] : [])];
}
