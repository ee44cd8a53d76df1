import type { statuses } from './fields.ts';

export type Status = (typeof statuses)[number];

/** Whose comments are shown at once: a setting of the blog, `comments`. */
export type Policy = 'none' | 'open' | 'first_held' | 'all_held';

/** Why a comment is not shown at once. */
export type Reason = 'policy' | 'first' | 'honeypot' | 'links' | 'markup' | 'words' | 'repeated' | 'fast' | 'learned';

/** A comment as it is stored. */
export interface Comment {
  id: number;
  postId: number;
  parentId: number | null;
  threadId: number;
  version: number;
  status: Status;
  /** Account; null for a guest. */
  userId: number | null;
  author: string;
  email: string | null;
  content: string;
  reasons: readonly string[];
  /** Keyed hash of the network that it came from. */
  origin: string | null;
  tokenHash: string | null;
  createdAt: Date;
  editedAt: Date | null;
}

/** The post of a comment, as long as it is published and no page. */
export interface CommentedPost {
  id: number;
  authorId: number;
  slug: string;
  title: string;
}
