import type { Caller } from '@dormouse/runtime/caller';
import { fail } from '@dormouse/runtime/errors';
import type { Summary } from './post.ts';

const writes = new Set(['author', 'editor', 'admin']);
const edits = new Set(['editor', 'admin']);

/** Editors and administrators: every post, drafts included. */
export const isEditor = (caller: Caller | undefined): boolean => caller !== undefined && edits.has(caller.role);

const owns = (caller: Caller | undefined, post: Pick<Summary, 'authorId'>): boolean =>
  caller !== undefined && caller.id === post.authorId;

/** Drafts are there for their author and for editors only. */
export const maySee = (caller: Caller | undefined, post: Summary): boolean =>
  post.status === 'published' || owns(caller, post) || isEditor(caller);

/** 403 for readers. */
export function demandWriter(caller: Caller): Caller {
  return writes.has(caller.role) ? caller : fail('forbidden', 'Readers cannot write posts.');
}

/** Deleted posts are there for their author and for editors only; 404 for others. */
export function demandMayRestore(caller: Caller, post: Pick<Summary, 'authorId'>): void {
  if (!owns(caller, post) && !isEditor(caller)) fail('not_found', 'There is no such deleted post.');
}

/** 404 for what the caller cannot see, 403 for another author's post. */
export function demandMayChange(caller: Caller, post: Summary): void {
  if (!maySee(caller, post)) fail('not_found', 'There is no such post.');
  if (!owns(caller, post) && !isEditor(caller)) fail('forbidden', 'This post is somebody else’s.');
}

/** 403 for authors who would change what the front page begins with. @param is whether the post is featured now */
export function demandMayFeature(caller: Caller, wanted: boolean | undefined, is: boolean): void {
  if (wanted !== undefined && wanted !== is && !isEditor(caller)) fail('forbidden', 'Only editors feature posts.');
}
