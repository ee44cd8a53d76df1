import { fail } from '@dormouse/runtime/errors';
import { mayChange } from './may-change.ts';
import type { Posts, Versioned } from './posts.ts';
import type { Session } from './session.ts';

/** A post and its version, under the slug it has now. */
export async function currentPost(posts: Posts, slug: string, token: string): Promise<Versioned> {
  const found = await posts.bySlug(slug, token);
  if (!('moved' in found)) return found;
  const moved = await posts.bySlug(found.moved, token);
  return 'moved' in moved ? fail('not_found', 'There is no such post.') : moved;
}

/** The same for somebody who wants to change it. @throws AppError `forbidden` */
export async function editablePost(posts: Posts, slug: string, session: Session): Promise<Versioned> {
  const found = await currentPost(posts, slug, session.token);
  return mayChange(found.post, session)
    ? found
    : fail('forbidden', 'Only its author and the editors can change this post.');
}
