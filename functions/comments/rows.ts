import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import type { Comment, Status } from './comment.ts';

/** Columns as `commentColumns` names them; bigints arrive as text. */
export interface CommentRow {
  id: string;
  post_id: string;
  parent_id: string | null;
  thread_id: string;
  version: number;
  status: Status;
  user_id: string | null;
  author: string;
  email: string | null;
  content: string;
  reasons: string[];
  origin: string | null;
  token_hash: string | null;
  created_at: Date;
  edited_at: Date | null;
}

/** Columns of a row source `c`. */
export const commentColumns = (sql: Sql | Tx) =>
  sql`c.id, c.post_id, c.parent_id, c.thread_id, c.version, c.status, c.user_id, c.author, c.email, c.content, c.reasons, c.origin, c.token_hash, c.created_at, c.edited_at`;

export const toComment = (row: CommentRow): Comment => ({
  id: Number(row.id),
  postId: Number(row.post_id),
  parentId: idOf(row.parent_id),
  threadId: Number(row.thread_id),
  version: row.version,
  status: row.status,
  userId: idOf(row.user_id),
  author: row.author,
  email: row.email,
  content: row.content,
  reasons: row.reasons,
  origin: row.origin,
  tokenHash: row.token_hash,
  createdAt: row.created_at,
  editedAt: row.edited_at,
});

const idOf = (value: string | null): number | null => (value === null ? null : Number(value));
