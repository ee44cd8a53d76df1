import type { api } from '@dormouse/posts/api';
import { apiClient } from '@dormouse/runtime/api-client';
import type { Post } from '../blog-folder/fields.ts';
import { CommandError } from '../command-error.ts';
import { confirmed } from '../confirmed.ts';
import type { Context } from '../context.ts';
import { harmless } from '../terminal.ts';
import { type BlogConnection, succeeded } from './blog-connection.ts';
import { findPost, pageOf, stateOf } from './find-post.ts';
import type { PostName } from './post-name.ts';
import type { Change } from './text-file.ts';

interface ChangeOptions {
  readonly names: readonly PostName[];
  readonly change: Change;
  /** Why a post is not changed. */
  readonly refuse?: (post: Post) => string | undefined;
  readonly json: boolean;
}

/** Changes the state of posts, one after the other, up to the first that cannot be. */
export async function changePosts(
  blog: BlogConnection,
  { names, change, refuse, json }: ChangeOptions,
  { terminal }: Context,
): Promise<void> {
  const posts = apiClient<typeof api>(blog.send);
  const changed: Post[] = [];
  for (const name of names) {
    const { post } = await findPost(blog, name);
    const reason = refuse?.(post);
    if (reason) throw new CommandError(`${post.id}: ${reason}`);
    const call = posts('PATCH /blog/api/posts/:id', { params: { id: post.id }, body: change });
    const { body } = succeeded(await call);
    changed.push(body);
    if (!json) terminal.print(`${stateOf(body)} ${body.id}: ${harmless(body.title)}  ${pageOf(blog, body)}`);
  }
  if (json) terminal.print(JSON.stringify(changed, null, 2));
}

/** Deletes posts after asking, one after the other. */
export async function deletePosts(
  blog: BlogConnection,
  { names, yes, json }: { names: readonly PostName[]; yes: boolean; json: boolean },
  context: Context,
): Promise<boolean> {
  const { terminal } = context;
  const found: Post[] = [];
  for (const name of names) found.push((await findPost(blog, name)).post);
  const what = found.map(({ id, title }) => `${id} “${harmless(title)}”`).join(', ');
  if (!yes && !(await confirmed(`Delete ${what}?`, terminal))) return false;
  const posts = apiClient<typeof api>(blog.send);
  for (const { id, title } of found) {
    await posts('DELETE /blog/api/posts/:id', { params: { id } });
    if (!json) terminal.print(`deleted ${id}: ${harmless(title)}`);
  }
  if (json)
    terminal.print(
      JSON.stringify(
        found.map(({ id, slug, title }) => ({ id, slug, title })),
        null,
        2,
      ),
    );
  else terminal.print(terminal.paint('dim', `for 30 days they can be restored: ${blog.url}/blog/deleted`));
  return true;
}
