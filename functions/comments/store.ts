import { commentCreated, commentDeleted, commentModerated, commentUpdated } from '@dormouse/events/comment';
import { deletedAccount } from '@dormouse/runtime/deleted-account';
import { fail, failField } from '@dormouse/runtime/errors';
import type { Emit, Outbox } from '@dormouse/runtime/outbox';
import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import { someRows, untilNone } from '@dormouse/runtime/until-none';
import type { Comment, CommentedPost, Policy, Status } from './comment.ts';
import { type Learned, type Seen, tokensOf } from './likelihood.ts';
import { type CommentRow, commentColumns, toComment } from './rows.ts';
import { fastMs, type Verdict } from './verdict.ts';

/** A comment that is to be stored. */
export interface NewStoredComment extends Verdict {
  postId: number;
  parentId: number | null;
  userId: number | null;
  author: string;
  email: string | null;
  content: string;
  origin: string | null;
  digest: string;
  tokenHash: string | null;
}

/** Who writes, as far as it can be known. */
export interface Writer {
  userId: number | null;
  email: string | null;
  origin: string | null;
}

/** What is known of a writer, and of a text. */
export interface History {
  isBlocked: boolean;
  wasPublished: boolean;
  recent: number;
  repeated: number;
  words: readonly string[];
}

export interface Decision {
  status: Verdict['status'];
  /** Of the comment that the moderator read. */
  version?: number | undefined;
  /** Throws when the comment is not what was read. */
  allow?: ((before: Comment) => void) | undefined;
}

/** Where a page of a list ended. */
export type Place = readonly [threadId: number, id: number];

export interface Queue {
  status: Exclude<Status, 'deleted'>;
  /** Author of the posts; undefined: all of them. */
  authorId: number | undefined;
  limit: number;
  after: number | undefined;
}

export type Queued = Comment & { post: CommentedPost };

/** What a sweep removed. */
export interface Swept {
  /** Posts whose comments are gone. */
  posts: number;
  /** Comments of which it is not known any more which network they came from. */
  networks: number;
  /** Blocks of networks that have ended. */
  unblocked: number;
}

/** Comments and their moderation. What posts and auth know is asked of functions that they publish in the database. */
export interface Comments {
  policy(): Promise<Policy>;
  /** Undefined of a post that is no published one, or a page. */
  post(id: number): Promise<CommentedPost | undefined>;
  /** What readers see of a post, and what `viewer` wrote that waits; in order of threads. */
  list(postId: number, page: { limit: number; after: Place; viewer?: number | undefined }): Promise<Comment[]>;
  /** How many comments readers see. */
  count(postId: number): Promise<number>;
  get(id: number): Promise<Comment | undefined>;
  /** Key of the hashes of networks. */
  originKey(): Promise<string>;
  history(writer: Writer, digest: string, now: Date): Promise<History>;
  /** @throws AppError invalid for a parent that cannot be answered */
  create(comment: NewStoredComment, now: Date): Promise<Comment>;
  /** Changes the text, if `allow` does not throw. */
  edit(id: number, text: { content: string; digest: string }, judge: Judge, now: Date): Promise<Comment>;
  /** What decisions taught about a text. */
  learned(content: string): Promise<Learned>;
  /** A moderator's decision, which teaches. @throws AppError conflict for another version than was read */
  decide(id: number, decision: Decision, by: number): Promise<Comment>;
  /** @param by account; undefined for a guest @param allow throws when the comment is not what was read */
  remove(id: number, by: number | undefined, allow?: (before: Comment) => void): Promise<void>;
  queue(queue: Queue): Promise<{ comments: Queued[]; count: number | undefined }>;
  /** What an account wrote, on whatever posts, in the order of ids. */
  ofUser(userId: number, after: number, limit: number): Promise<Comment[]>;
  /** Deletes what an account wrote, some hundreds at a time. */
  removeOf(account: { id: number; username: string }): Promise<void>;
  /** Remembers that a post was deleted. */
  postDeleted(postId: number, tx: Tx): Promise<void>;
  /** Deletes comments of forgotten posts, and forgets networks of 30 days ago; `next_due()` says when (005-next-due.sql). */
  sweep(now: Date): Promise<Swept>;
}

/** Looks at the comment as it is, throws if it may not be changed, and says what becomes of it. */
export type Judge = (before: Comment) => Verdict;

const oldMs = 30 * 86_400_000;
/** Posts of one transaction of a sweep. */
const sweptAtOnce = 100;

export function openComments(sql: Sql, outbox: Outbox): Comments {
  return {
    async policy() {
      const [row] = await sql<{ policy: Policy }[]>`SELECT auth.comments_policy() AS policy`;
      return row?.policy ?? 'none';
    },

    async post(id) {
      const [row] = await sql<PostRow[]>`SELECT * FROM posts.commented(ARRAY[${id}::bigint])`;
      return row && toPost(row);
    },

    async list(postId, { limit, after: [thread, last], viewer }) {
      const rows = await sql<CommentRow[]>`
        SELECT ${commentColumns(sql)} FROM comments AS c
        WHERE c.post_id = ${postId}::bigint AND (c.thread_id, c.id) > (${thread}::bigint, ${last}::bigint)
          AND (c.status IN ('published', 'deleted') OR c.user_id = ${viewer ?? null}::bigint)
          AND CASE WHEN c.parent_id IS NOT NULL
              THEN EXISTS (SELECT FROM comments AS p WHERE p.id = c.parent_id
                AND (p.status IN ('published', 'deleted') OR p.user_id = ${viewer ?? null}::bigint))
            WHEN c.status = 'deleted' THEN EXISTS (SELECT FROM comments AS r WHERE r.parent_id = c.id AND r.status = 'published')
            ELSE true END
        ORDER BY c.thread_id, c.id LIMIT ${limit}`;
      return rows.map(toComment);
    },

    async count(postId) {
      const [row] = await sql<{ published: number }[]>`SELECT published FROM threads WHERE post_id = ${postId}::bigint`;
      return row?.published ?? 0;
    },

    async get(id) {
      const [row] = await sql<
        CommentRow[]
      >`SELECT ${commentColumns(sql)} FROM comments AS c WHERE c.id = ${id}::bigint`;
      return row && toComment(row);
    },

    async originKey() {
      const [row] = await sql<{ key: string }[]>`SELECT origin_key AS key FROM moderation`;
      return row?.key ?? missing();
    },

    async history({ userId, email, origin }, digest, now) {
      const since = new Date(now.getTime() - fastMs);
      const [row] = await sql<HistoryRow[]>`
        SELECT
          EXISTS (SELECT FROM blocks AS b WHERE b.user_id = ${userId}::bigint OR b.email = ${email}::text
            OR (b.origin = ${origin}::text AND ${userId}::bigint IS NULL)) AS blocked,
          EXISTS (SELECT FROM comments AS c WHERE c.user_id = ${userId}::bigint AND c.status = 'published' AND c.taught_spam = false) AS published,
          (SELECT count(*)::integer FROM comments AS c WHERE c.created_at > ${since}
            AND CASE WHEN ${userId}::bigint IS NULL THEN c.origin = ${origin}::text ELSE c.user_id = ${userId}::bigint END) AS recent,
          (SELECT count(*)::integer FROM comments AS c WHERE c.digest = ${digest} AND c.created_at > ${new Date(now.getTime() - 86_400_000)}) AS repeated,
          (SELECT words FROM moderation) AS words`;
      const { blocked, published, ...rest } = row ?? missing();
      return { isBlocked: blocked, wasPublished: published, ...rest };
    },

    async learned(content) {
      const tokens = tokensOf(content, await this.originKey());
      const [totals, rows] = await Promise.all([
        sql<Seen[]>`SELECT spam_seen AS spam, ham_seen AS ham FROM moderation`,
        sql<Seen[]>`SELECT spam, ham FROM learned WHERE token = ANY (${tokens}::text[])`,
      ]);
      return { total: totals[0] ?? missing(), tokens: rows };
    },

    create: (comment, now) => outbox.transaction((tx, emit) => insert(tx, emit, comment, now)),

    edit: (id, { content, digest }, judge, now) =>
      outbox.transaction(async (tx, emit) => {
        const before = await locked(tx, id);
        const { status, reasons } = judge(before);
        const [row] = await tx<CommentRow[]>`
          UPDATE comments AS c SET content = ${content}, digest = ${digest}, status = ${status}, reasons = ${reasons},
            edited_at = ${now}, version = c.version + 1
          WHERE c.id = ${id}::bigint RETURNING ${commentColumns(tx)}`;
        const after = toComment(row ?? missing());
        emit(commentUpdated, subjectOf(after), dataOf(after, await recount(tx, after.postId)));
        return after;
      }),

    decide: (id, { status, version, allow }, by) =>
      outbox.transaction(async (tx, emit) => {
        const before = await locked(tx, id);
        if (before.status === 'deleted') return fail('not_found', 'There is no such comment.');
        if (version !== undefined && version !== before.version)
          fail('conflict', 'This comment was changed since you read it.');
        allow?.(before);
        if (before.status === status) return before;
        const [row] = await tx<CommentRow[]>`
          UPDATE comments AS c SET status = ${status}, version = c.version + 1 WHERE c.id = ${id}::bigint RETURNING ${commentColumns(tx)}`;
        const after = toComment(row ?? missing());
        await teach(tx, after);
        emit(commentModerated, subjectOf(after), dataOf(after, await recount(tx, after.postId), by));
        return after;
      }),

    remove: (id, by, allow) =>
      outbox.transaction(async (tx, emit) => {
        const before = await locked(tx, id);
        allow?.(before);
        if (before.status === 'deleted') fail('not_found', 'There is no such comment.');
        await erase(tx, emit, [before], by);
      }),

    async queue({ status, authorId, limit, after }) {
      const whose =
        authorId === undefined ? sql`` : sql`AND c.post_id IN (SELECT posts.written_by(${authorId}::bigint))`;
      const from = sql`FROM comments AS c CROSS JOIN LATERAL posts.commented(ARRAY[c.post_id]) AS p WHERE c.status = ${status} ${whose}`;
      const rows = await sql<(CommentRow & { post_slug: string; post_title: string; post_author: string })[]>`
        SELECT ${commentColumns(sql)}, p.slug AS post_slug, p.title AS post_title, p.author_id AS post_author
        ${from} ${after === undefined ? sql`` : sql`AND c.id < ${after}::bigint`} ORDER BY c.id DESC LIMIT ${limit}`;
      const comments = rows.map((row) => ({
        ...toComment(row),
        post: {
          id: Number(row.post_id),
          authorId: Number(row.post_author),
          slug: row.post_slug,
          title: row.post_title,
        },
      }));
      if (after !== undefined) return { comments, count: undefined };
      const [counted] = await sql<
        { count: number }[]
      >`SELECT count(*)::integer AS count FROM (SELECT ${from} LIMIT 1001) AS found`;
      return { comments, count: counted?.count ?? 0 };
    },

    ofUser: async (userId, after, limit) =>
      (
        await sql<CommentRow[]>`
          SELECT ${commentColumns(sql)} FROM comments AS c WHERE c.user_id = ${userId}::bigint AND c.id > ${after}::bigint ORDER BY c.id LIMIT ${limit}`
      ).map(toComment),

    async removeOf({ id: userId, username }) {
      await untilNone(() => outbox.transaction((tx, emit) => eraseSome(tx, emit, userId)));
      await sql`DELETE FROM blocks WHERE user_id = ${userId}::bigint`;
      await untilNone(async () => {
        const renamed = await sql`
          UPDATE blocks SET blocked_by = ${deletedAccount.name} WHERE id = ANY (ARRAY(
            SELECT id FROM blocks WHERE blocked_by = ${username} LIMIT ${someRows}))`;
        return renamed.count;
      });
    },

    async postDeleted(postId, tx) {
      await tx`UPDATE threads SET deleted_at = now() WHERE post_id = ${postId}::bigint`;
    },

    async sweep(now) {
      await sql`UPDATE sweeps SET at = now()`;
      const old = new Date(now.getTime() - oldMs);
      const networks = await sql`UPDATE comments SET origin = NULL WHERE origin IS NOT NULL AND created_at < ${old}`;
      const blocked = await sql`DELETE FROM blocks WHERE origin IS NOT NULL AND created_at < ${old}`;
      let posts = 0;
      let after: string | undefined = '0';
      while (after !== undefined) {
        const { forgotten, last } = await sweepPosts(sql, after);
        posts += forgotten;
        after = last;
      }
      return { posts, networks: networks.count, unblocked: blocked.count };
    },
  };
}

/**
 * Goes on with the posts that were once deleted: of a forgotten one nothing stays, one that readers see again is none of them any more. Rows are
 * locked before posts is asked, so that a post that is deleted meanwhile is noted afterwards.
 * @param after post that the last page ended with
 * @returns the post that this page ended with; undefined when there are no more
 */
const sweepPosts = (sql: Sql, after: string): Promise<{ forgotten: number; last: string | undefined }> =>
  sql.begin(async (tx) => {
    const page = await tx<{ id: string }[]>`
      SELECT post_id AS id FROM threads WHERE deleted_at IS NOT NULL AND post_id > ${after}::bigint
      ORDER BY post_id LIMIT ${sweptAtOnce} FOR UPDATE`;
    const ids = page.map(({ id }) => id);
    const rows = await tx<{ id: string }[]>`SELECT posts.forgotten(${ids}::bigint[]) AS id`;
    const forgotten = rows.map(({ id }) => id);
    await tx`DELETE FROM comments WHERE post_id = ANY (${forgotten}::bigint[]) AND parent_id IS NOT NULL`;
    await tx`DELETE FROM comments WHERE post_id = ANY (${forgotten}::bigint[])`;
    await tx`DELETE FROM threads WHERE post_id = ANY (${forgotten}::bigint[])`;
    await tx`
      UPDATE threads SET deleted_at = NULL WHERE post_id IN (SELECT id FROM posts.commented(${ids}::bigint[]))`;
    return { forgotten: forgotten.length, last: ids.length === sweptAtOnce ? ids.at(-1) : undefined };
  });

interface PostRow {
  id: string;
  author_id: string;
  slug: string;
  title: string;
}

interface HistoryRow {
  blocked: boolean;
  published: boolean;
  recent: number;
  repeated: number;
  words: string[];
}

interface Thread {
  published: number;
  version: number;
}

const toPost = ({ id, author_id, slug, title }: PostRow): CommentedPost => ({
  id: Number(id),
  authorId: Number(author_id),
  slug,
  title,
});

async function insert(tx: Tx, emit: Emit, comment: NewStoredComment, now: Date): Promise<Comment> {
  await tx`INSERT INTO threads (post_id) VALUES (${comment.postId}::bigint) ON CONFLICT DO NOTHING`;
  await lockThread(tx, comment.postId);
  if (comment.parentId !== null) await demandParent(tx, comment.parentId, comment.postId);
  const [row] = await tx<CommentRow[]>`
    WITH next AS (SELECT nextval(pg_get_serial_sequence('comments', 'id')) AS id)
    INSERT INTO comments AS c (id, post_id, parent_id, thread_id, status, user_id, author, email, content, reasons, origin, digest, token_hash, created_at)
    OVERRIDING SYSTEM VALUE
    SELECT next.id, ${comment.postId}::bigint, ${comment.parentId}::bigint, coalesce(${comment.parentId}::bigint, next.id), ${comment.status},
      ${comment.userId}::bigint, ${comment.author}, ${comment.email}, ${comment.content}, ${comment.reasons}::text[], ${comment.origin},
      ${comment.digest}, ${comment.tokenHash}, ${now}
    FROM next RETURNING ${commentColumns(tx)}`;
  const stored = toComment(row ?? missing());
  const [thread] = await tx<{ published: number; version: string }[]>`
    UPDATE threads SET version = version + 1, published = published + ${stored.status === 'published' ? 1 : 0}
    WHERE post_id = ${stored.postId}::bigint RETURNING published, version`;
  emit(commentCreated, subjectOf(stored), dataOf(stored, toThread(thread)));
  return stored;
}

const notAnswerable = (message: string): never => failField('parent_id', message);

async function demandParent(tx: Tx, parentId: number, postId: number): Promise<void> {
  const [parent] = await tx<{ parent_id: string | null; status: Status }[]>`
    SELECT parent_id, status FROM comments WHERE id = ${parentId}::bigint AND post_id = ${postId}::bigint`;
  if (parent?.status !== 'published') notAnswerable('is no comment of this post');
  else if (parent.parent_id !== null) notAnswerable('is itself an answer: threads have two levels');
}

/** The comment, once nobody else changes comments of its post. @throws AppError not_found */
async function locked(tx: Tx, id: number): Promise<Comment> {
  const [found] = await tx<{ post_id: string }[]>`SELECT post_id FROM comments WHERE id = ${id}::bigint`;
  if (found) await lockThread(tx, Number(found.post_id));
  const [row] = await tx<
    CommentRow[]
  >`SELECT ${commentColumns(tx)} FROM comments AS c WHERE c.id = ${id}::bigint FOR UPDATE`;
  return row ? toComment(row) : fail('not_found', 'There is no such comment.');
}

const lockThread = (tx: Tx, postId: number) => tx`SELECT FROM threads WHERE post_id = ${postId}::bigint FOR UPDATE`;

/** Comments of an account that one transaction deletes. */
export const erasedAtOnce = 200;

/** Deletes some comments of an account; answers how many. Each post of theirs is counted once. */
async function eraseSome(tx: Tx, emit: Emit, userId: number): Promise<number> {
  const found = await tx<{ id: string; post_id: string }[]>`
    SELECT id, post_id FROM comments WHERE user_id = ${userId}::bigint ORDER BY post_id, id LIMIT ${erasedAtOnce}`;
  const posts = [...new Set(found.map(({ post_id }) => post_id))];
  await tx`SELECT FROM threads WHERE post_id = ANY (${posts}::bigint[]) ORDER BY post_id FOR UPDATE`;
  const rows = await tx<CommentRow[]>`
    SELECT ${commentColumns(tx)} FROM comments AS c
    WHERE c.id = ANY (${found.map(({ id }) => id)}::bigint[]) AND c.user_id = ${userId}::bigint ORDER BY c.id FOR UPDATE`;
  if (rows.length > 0) await erase(tx, emit, rows.map(toComment), undefined);
  return found.length;
}

/** Deletes comments of posts that are locked; where one was answered, its place stays without text and name. */
async function erase(tx: Tx, emit: Emit, comments: readonly Comment[], by: number | undefined): Promise<void> {
  const ids = comments.map(({ id }) => String(id));
  const parents = comments.flatMap(({ parentId }) => (parentId === null ? [] : [String(parentId)]));
  // Answers first: of a comment whose answers go along, no place has to stay.
  await tx`
    DELETE FROM comments AS c WHERE c.id = ANY (${ids}::bigint[]) AND c.parent_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM comments AS r WHERE r.parent_id = c.id)`;
  await tx`
    UPDATE comments AS c SET status = 'deleted', version = version + 1, user_id = NULL, author = '', email = NULL, content = '', reasons = '{}',
      origin = NULL, digest = '', token_hash = NULL, taught = NULL
    WHERE c.id = ANY (${ids}::bigint[]) AND EXISTS (SELECT FROM comments AS r WHERE r.parent_id = c.id)`;
  await tx`DELETE FROM comments AS c WHERE c.id = ANY (${ids}::bigint[]) AND c.status <> 'deleted'`;
  await tx`
    DELETE FROM comments AS c WHERE c.id = ANY (${parents}::bigint[]) AND c.status = 'deleted'
      AND NOT EXISTS (SELECT FROM comments AS r WHERE r.parent_id = c.id)`;
  const threads = await recountAll(tx, [...new Set(comments.map(({ postId }) => postId))]);
  for (const comment of comments) {
    const gone = { ...comment, status: 'deleted' as const, version: comment.version + 1, userId: null };
    emit(commentDeleted, subjectOf(gone), dataOf(gone, threads.get(comment.postId) ?? missing(), by));
  }
}

const recount = async (tx: Tx, postId: number): Promise<Thread> =>
  (await recountAll(tx, [postId])).get(postId) ?? missing();

/** Counts what readers see of posts. */
async function recountAll(tx: Tx, posts: readonly number[]): Promise<Map<number, Thread>> {
  const rows = await tx<{ post_id: string; published: number; version: string }[]>`
    UPDATE threads AS t SET version = t.version + 1, published = (
      SELECT count(*) FROM comments AS c WHERE c.post_id = t.post_id AND c.status = 'published'
        AND (c.parent_id IS NULL OR EXISTS (SELECT FROM comments AS p WHERE p.id = c.parent_id AND p.status IN ('published', 'deleted'))))
    WHERE t.post_id = ANY (${posts.map(String)}::bigint[]) RETURNING t.post_id, t.published, t.version`;
  return new Map(rows.map((row) => [Number(row.post_id), toThread(row)]));
}

const toThread = (row: { published: number; version: string } | undefined): Thread =>
  row ? { published: row.published, version: Number(row.version) } : missing();

/** Adds what a decision teaches, in the place of what the last one about the same comment taught. One that holds a comment back teaches nothing. */
async function teach(tx: Tx, { id, status, content }: Comment): Promise<void> {
  const [row] = await tx<{ key: string; taught: string[] | null; taught_spam: boolean | null }[]>`
    SELECT m.origin_key AS key, c.taught, c.taught_spam FROM moderation AS m, comments AS c WHERE c.id = ${id}::bigint FOR UPDATE OF m`;
  const { key, taught, taught_spam: wasSpam } = row ?? missing();
  if (taught !== null) await count(tx, taught, wasSpam === true, -1);
  const isSpam = status === 'spam';
  const tokens = status === 'held' ? null : tokensOf(content, key);
  if (tokens !== null) await count(tx, tokens, isSpam, 1);
  await tx`UPDATE comments SET taught = ${tokens}::text[], taught_spam = ${tokens === null ? null : isSpam} WHERE id = ${id}::bigint`;
}

async function count(tx: Tx, tokens: readonly string[], isSpam: boolean, by: 1 | -1): Promise<void> {
  const [spam, ham] = isSpam ? [by, 0] : [0, by];
  await tx`
    INSERT INTO learned AS l (token, spam, ham)
    SELECT token, ${Math.max(spam, 0)}::integer, ${Math.max(ham, 0)}::integer FROM unnest(${tokens as string[]}::text[]) AS token
    ON CONFLICT (token) DO UPDATE SET spam = greatest(l.spam + ${spam}::integer, 0), ham = greatest(l.ham + ${ham}::integer, 0)`;
  await tx`
    UPDATE moderation SET spam_seen = greatest(spam_seen + ${spam}::integer, 0), ham_seen = greatest(ham_seen + ${ham}::integer, 0)`;
}

const subjectOf = ({ id }: Comment): string => `comment/${id}`;

const dataOf = ({ id, version, postId, parentId, userId, status }: Comment, thread: Thread, by?: number) => ({
  id,
  version,
  post_id: postId,
  parent_id: parentId,
  user_id: userId,
  status,
  thread,
  ...(by !== undefined && { changed_by: by }),
});

function missing(): never {
  throw new Error('a row that was just there is missing');
}
