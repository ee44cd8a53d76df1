import { hash, timingSafeEqual } from 'node:crypto';
import type { Caller } from '@dormouse/runtime/caller';
import { fail } from '@dormouse/runtime/errors';
import type { Comment, CommentedPost, Status } from './comment.ts';

/** For so long after it was written its writer may change a comment. */
export const editableMs = 15 * 60_000;

/** Who asks: somebody with an account, or a guest with the token of a comment. */
export interface Asking {
  caller: Caller | undefined;
  /** Header `comment-token`. */
  token: string | undefined;
  now: Date;
}

/** Editors and administrators: comments on every post. */
export const isEditor = (caller: Caller | undefined): boolean => caller?.role === 'editor' || caller?.role === 'admin';

/** Editors, administrators, and the author of the post. */
export const moderates = (caller: Caller | undefined, post: Pick<CommentedPost, 'authorId'> | undefined): boolean =>
  isEditor(caller) || (caller !== undefined && caller.role !== 'reader' && caller.id === post?.authorId);

/** 403 for who is no editor. */
export function demandEditor(caller: Caller): Caller {
  return isEditor(caller) ? caller : fail('forbidden', 'Only editors and administrators do this.');
}

/** Whether the comment is the asking one's own; a guest's is theirs for as long as it can be changed. */
export function owns({ caller, token, now }: Asking, comment: Comment): boolean {
  if (comment.userId !== null) return caller?.id === comment.userId;
  if (comment.tokenHash === null || token === undefined || !isEditable(comment, now)) return false;
  const [given, expected] = [Buffer.from(tokenHashOf(token)), Buffer.from(comment.tokenHash)];
  return given.length === expected.length && timingSafeEqual(given, expected);
}

export const isEditable = ({ createdAt }: Comment, now: Date): boolean =>
  now.getTime() - createdAt.getTime() < editableMs;

export const tokenHashOf = (token: string): string => hash('sha256', token, 'base64url');

/**
 * Readers see what is published; whoever wrote it and who moderates see what waits. An answer is seen by who sees what it answers, or its place.
 * @param root what the comment answers; undefined when it begins a thread
 */
export const maySee = (asking: Asking, comment: Comment, post: CommentedPost, root: Comment | undefined): boolean =>
  isSeen(asking, comment, post) && (root === undefined || root.status === 'deleted' || isSeen(asking, root, post));

const isSeen = (asking: Asking, comment: Comment, post: CommentedPost): boolean =>
  comment.status === 'published' ||
  (comment.status !== 'deleted' && (moderates(asking.caller, post) || owns(asking, comment)));

/** What somebody is told of a comment's status: whoever spams is told what others are told, that it waits. */
export const toldStatus = (caller: Caller | undefined, { status }: Comment, post?: CommentedPost): Status =>
  status === 'spam' && !moderates(caller, post) ? 'held' : status;
