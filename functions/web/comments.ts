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
  /** The place with which the next page begins. */
  next?: string;
  /** No comment is at the place where the page was to begin: it shows what others show, and is not kept. */
  stray?: true;
}

/** What pages show of comments. */
export interface ShownComments {
  /** Undefined when they cannot be read: a page is shown without them, and not kept. @param place of the first comment of a page */
  of(postId: number, place?: string): Promise<Comments | undefined>;
  /** The newest, with when each was changed last; undefined when they cannot be read. */
  newest(postId: number): Promise<readonly FollowedComment[] | undefined>;
  /** How many comments each of some posts has; those without are missing. Never rejects: `uncounted` when they cannot be read. */
  counts(postIds: readonly number[]): Promise<ReadonlyMap<number, number>>;
}

/** User names of those who wrote comments, without guests. */
export const accountsIn = (comments: readonly ShownComment[]): string[] =>
  comments.flatMap(({ isGuest, isDeleted, author }) => (isGuest || isDeleted ? [] : [author]));

/** A comment as a feed has it. */
export interface FollowedComment extends ShownComment {
  updatedAt: string;
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

/** What was read of a comment before it is changed: a change of something else is refused. */
export interface Read {
  /** From the queue. */
  version?: number | undefined;
  /** Of the comment by itself. */
  etag?: string | undefined;
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
  /** With the tag that a change of what was read names. */
  read(id: number, by: Commenter): Promise<{ comment: Comment; etag: string }>;
  change(id: number, content: string, by: Commenter, read?: Read): Promise<void>;
  decide(id: number, status: Decision, token: string, read?: Read): Promise<void>;
  remove(id: number, by: Commenter, read?: Read): Promise<void>;
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

/** Asks the database, without waking comments: three functions are all of comments that web's role can use. */
export const shownCommentsIn = (sql: Sql, log: Pick<Logger, 'warn'>): ShownComments => ({
  async of(postId, place) {
    const [thread, first] = placeIn(place);
    try {
      const asked = Promise.all([
        sql<Row[]>`
          SELECT id, parent_id, status, user_id, author, content, created_at, edited_at
          FROM comments.shown(${postId}::bigint, ${thread}::bigint, ${first}::bigint - 1, ${commentsPerPage + 1})`,
        sql<{ published: number }[]>`SELECT published FROM comments.counts(ARRAY[${postId}::bigint])`,
      ]);
      const [rows, [counted]] = await inTime(asked);
      const shown = rows.map(toShown);
      const next = shown[commentsPerPage];
      return {
        comments: shown.slice(0, commentsPerPage),
        count: counted?.published ?? 0,
        ...(next && { next: placeOf(next) }),
        ...(place !== undefined && (shown[0] && placeOf(shown[0])) !== place && { stray: true as const }),
      };
    } catch (error) {
      log.warn({ error }, 'comments cannot be read: the page is shown without them');
      return undefined;
    }
  },
  async newest(postId) {
    try {
      const asked = sql<Row[]>`
        SELECT id, parent_id, status, user_id, author, content, created_at, edited_at
        FROM comments.newest(${postId}::bigint, ${commentsPerPage})`;
      return (await inTime(asked)).map((row) => ({
        ...toShown(row),
        updatedAt: (row.edited_at ?? row.created_at).toISOString(),
      }));
    } catch (error) {
      log.warn({ error }, 'comments cannot be read: there is no feed of them');
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

/** Thread and comment with which a page begins; the first page for what names none. */
function placeIn(place: string | undefined): [thread: string, id: string] {
  const [, thread, id] = /^(\d{1,15})-(\d{1,15})$/.exec(place ?? '') ?? [];
  return [thread ?? '0', id ?? '0'];
}

const placeOf = ({ id, parentId }: ShownComment): string => `${parentId ?? id}-${id}`;

const ifMatch = ({ etag }: Read = {}): Record<string, string> => (etag ? { 'if-match': etag } : {});

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
    async read(id, by) {
      const { body, headers } = okResponse(await client('GET /blog/api/comments/:id', { params: { id }, ...as(by) }));
      return { comment: body, etag: headers.get('etag') ?? '' };
    },
    async change(id, content, by, read) {
      const sent = { params: { id }, body: { content }, ...as(by, ifMatch(read)) };
      okResponse(await client('PATCH /blog/api/comments/:id', sent));
    },
    async decide(id, status, token, read) {
      const body = { status, ...(read?.version !== undefined && { version: read.version }) };
      okResponse(
        await client('PATCH /blog/api/comments/:id', { params: { id }, body, ...as({ token }, ifMatch(read)) }),
      );
    },
    async remove(id, by, read) {
      okResponse(await client('DELETE /blog/api/comments/:id', { params: { id }, ...as(by, ifMatch(read)) }));
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
