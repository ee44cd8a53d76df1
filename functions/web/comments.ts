import type { api } from '@dormouse/comments/api';
import type { BodyOf, ResponseOf } from '@dormouse/runtime/api';
import { apiClient } from '@dormouse/runtime/api-client';
import { proofHeader } from '@dormouse/runtime/client-proof';
import type { Logger } from '@dormouse/runtime/log';
import type { Sql } from '@dormouse/runtime/sql-types';
import { inTime } from './in-time.ts';
import { nextIdIn, nextIn } from './link-header.ts';
import type { OwnPosts } from './posts.ts';
import { type Call, okResponse, senderTo } from './upstream.ts';

export type QueuedComment = ResponseOf<typeof api.queue, 200>[number];
export type Comment = ResponseOf<typeof api.get, 200>;
export type NewComment = BodyOf<typeof api.create>;
export type Block = ResponseOf<typeof api.blocked, 200>[number];
export type Decision = 'published' | 'held' | 'spam';

/** A comment as a post's page shows it. */
export interface ShownComment {
  id: number;
  parentId: number | null;
  isDeleted: boolean;
  /** Without an account: anybody can use any name. */
  isGuest: boolean;
  author: string;
  /** Markdown. */
  content: string;
  createdAt: string;
  isEdited: boolean;
}

/** Comments of a post, a page of them. */
export interface Comments {
  comments: readonly ShownComment[];
  /** How many readers see. */
  count: number;
  /** Where the next page begins. */
  next?: string;
}

/** What pages show of comments. */
export interface ShownComments {
  /** Undefined when they cannot be read: a page is shown without them, and not kept. @param after where a page begins */
  of(postId: number, after?: string): Promise<Comments | undefined>;
  /** How many comments each of some posts has; those without are missing. Never rejects: `uncounted` when they cannot be read. */
  counts(postIds: readonly number[]): Promise<ReadonlyMap<number, number>>;
}

/** Stands for numbers that cannot be read: a list is shown without them. */
export const uncounted: ReadonlyMap<number, number> = new Map();

/** Who does something with a comment: somebody with a session, or a guest with the comment's token. */
export interface Commenter {
  /** Access token of a session. */
  token?: string | undefined;
  /** Of a guest's comment. */
  commentToken?: string | undefined;
}

/** What web asks comments. Every method throws AppError with what comments answered. */
export interface Commenting {
  /** @param address the reader's own, for limits and blocks */
  write(
    postId: number,
    comment: NewComment,
    by: Commenter,
    address: string,
  ): Promise<{ id: number; isShown: boolean; token: string | null }>;
  read(id: number, by: Commenter): Promise<Comment>;
  change(id: number, content: string, by: Commenter): Promise<void>;
  /** @param version of the comment that was read */
  decide(id: number, status: Decision, token: string, version?: number): Promise<void>;
  remove(id: number, by: Commenter): Promise<void>;
  block(id: number, token: string): Promise<void>;
  /** What the token's owner wrote, after an id: a page. */
  own(after: number, token: string): Promise<OwnPosts<Comment>>;
  queue(
    status: Decision,
    after: string | undefined,
    token: string,
  ): Promise<{ comments: readonly QueuedComment[]; next?: string; count?: string }>;
  blocked(token: string): Promise<readonly Block[]>;
  unblock(id: number, token: string): Promise<void>;
  words(token: string): Promise<readonly string[]>;
  changeWords(words: readonly string[], token: string): Promise<void>;
}

/** Comments on a page of a post. */
export const commentsPerPage = 50;

interface Row {
  id: string;
  parent_id: string | null;
  status: string;
  user_id: string | null;
  author: string;
  content: string;
  created_at: Date;
  edited_at: Date | null;
}

/** Asks the database, without waking comments: two functions are all of comments that web's role can use. */
export const shownCommentsIn = (sql: Sql, log: Pick<Logger, 'warn'>): ShownComments => ({
  async of(postId, after) {
    const [thread, last] = placeIn(after);
    try {
      const asked = Promise.all([
        sql<Row[]>`
          SELECT id, parent_id, status, user_id, author, content, created_at, edited_at
          FROM comments.shown(${postId}::bigint, ${thread}::bigint, ${last}::bigint, ${commentsPerPage + 1})`,
        sql<{ published: number }[]>`SELECT published FROM comments.counts(ARRAY[${postId}::bigint])`,
      ]);
      const [rows, [counted]] = await inTime(asked);
      const shown = rows.slice(0, commentsPerPage).map(toShown);
      const end = rows.length > commentsPerPage ? shown.at(-1) : undefined;
      return {
        comments: shown,
        count: counted?.published ?? 0,
        ...(end && { next: `${end.parentId ?? end.id}-${end.id}` }),
      };
    } catch (error) {
      log.warn({ error }, 'comments cannot be read: the page is shown without them');
      return undefined;
    }
  },
  async counts(postIds) {
    try {
      const asked = sql<{ post_id: string; published: number }[]>`
        SELECT post_id, published FROM comments.counts(${postIds as number[]}::bigint[])`;
      const rows = await inTime(asked);
      return new Map(rows.map(({ post_id, published }) => [Number(post_id), published]));
    } catch (error) {
      log.warn({ error }, 'comments cannot be counted: the list is shown without numbers');
      return uncounted;
    }
  },
});

const toShown = (row: Row): ShownComment => ({
  id: Number(row.id),
  parentId: row.parent_id === null ? null : Number(row.parent_id),
  isDeleted: row.status === 'deleted',
  isGuest: row.user_id === null,
  author: row.author,
  content: row.content,
  createdAt: row.created_at.toISOString(),
  isEdited: row.edited_at !== null,
});

/** Thread and comment after which a page begins; the first page for what names none. */
function placeIn(after: string | undefined): [thread: string, id: string] {
  const [, thread, id] = /^(\d{1,15})-(\d{1,15})$/.exec(after ?? '') ?? [];
  return [thread ?? '0', id ?? '0'];
}

/** Comments by HTTP at `url`; the reader's address goes on in `addressHeader`. */
export function commentingAt(url: string, call: Call, addressHeader: string, proof?: string): Commenting {
  const client = apiClient<typeof api>(senderTo(url, call));
  const as = ({ token, commentToken }: Commenter, headers: Record<string, string> = {}) => ({
    ...(token && { token }),
    headers: { ...headers, ...(commentToken && { 'comment-token': commentToken }) },
  });
  return {
    async write(id, body, by, address) {
      const said = address ? { [addressHeader]: address, ...(proof && { [proofHeader]: proof }) } : {};
      const sent = await client('POST /blog/api/posts/:id/comments', { params: { id }, body, ...as(by, said) });
      const response = okResponse(sent);
      return { id: response.body.id, isShown: response.status === 201, token: response.body.token };
    },
    read: async (id, by) => okResponse(await client('GET /blog/api/comments/:id', { params: { id }, ...as(by) })).body,
    async change(id, content, by) {
      okResponse(await client('PATCH /blog/api/comments/:id', { params: { id }, body: { content }, ...as(by) }));
    },
    async decide(id, status, token, version) {
      const body = { status, ...(version !== undefined && { version }) };
      okResponse(await client('PATCH /blog/api/comments/:id', { params: { id }, body, token }));
    },
    async remove(id, by) {
      okResponse(await client('DELETE /blog/api/comments/:id', { params: { id }, ...as(by) }));
    },
    async block(id, token) {
      okResponse(await client('POST /blog/api/comments/:id/block', { params: { id }, token }));
    },
    async own(after, token) {
      const query = { after: String(after) };
      const { body, headers } = okResponse(await client('GET /blog/api/comments/mine', { query, token }));
      return { posts: body, ...nextIdIn(headers) };
    },
    async queue(status, after, token) {
      const { body, headers } = okResponse(await client('GET /blog/api/comments', { query: { status, after }, token }));
      const count = headers.get('x-total-count');
      return { comments: body, ...nextIn(headers), ...(count && { count }) };
    },
    blocked: async (token) => okResponse(await client('GET /blog/api/comments/blocked', { token })).body,
    async unblock(id, token) {
      okResponse(await client('DELETE /blog/api/comments/blocked/:id', { params: { id }, token }));
    },
    words: async (token) => okResponse(await client('GET /blog/api/comments/words', { token })).body.words,
    async changeWords(words, token) {
      okResponse(await client('PUT /blog/api/comments/words', { body: { words: [...words] }, token }));
    },
  };
}
