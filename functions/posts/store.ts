import { randomBytes } from 'node:crypto';
import { postCreated, postDeleted, postPublished, postUnpublished, postUpdated } from '@dormouse/events/post';
import { type Camelized, nothingLeft } from '@dormouse/runtime/api';
import { fail, failField } from '@dormouse/runtime/errors';
import type { Emit, Outbox } from '@dormouse/runtime/outbox';
import { followsTitle, slugOf, tagSlug } from '@dormouse/runtime/slug';
import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import { inSpan, parseTrace } from '@dormouse/runtime/trace';
import { type AllowDeleted, bringBack, putAside } from './deleted-store.ts';
import { disown } from './disown.ts';
import { excerptOf } from './excerpt.ts';
import type { ChangedPost, ImportedPost } from './fields.ts';
import { type CachedBody, cachedBody, type Kind, type Post, type Status, type Summary, snapshot } from './post.ts';
import { ConcurrentUpdate, retrying } from './retrying.ts';
import { type PostRow, type SummaryRow, summaryColumns, toPost, toSummary } from './rows.ts';
import { skeleton } from './slug.ts';

/** Sort key of a list: milliseconds since 1970, then id. */
export type Cursor = readonly [createdAt: number, id: number];

export interface Filter {
  status: Status | 'all';
  /** Only drafts with a time of publication, or only those without. */
  scheduled?: boolean | undefined;
  /** Only those that the front page begins with, or only the others. */
  featured?: boolean | undefined;
  /** Which posts begin the list, whatever their age. */
  first?: 'featured' | undefined;
  /** Left out: published posts, otherwise both. */
  kind?: Kind | undefined;
  limit: number;
  offset: number;
  /** Only posts after this cursor, towards older ones. */
  after?: Cursor | undefined;
  /** Only posts before this cursor; the page is the one next to it. */
  before?: Cursor | undefined;
  /** Present or former slug. */
  category?: string | undefined;
  /** Slug. */
  tag?: string | undefined;
  /** User name, in any case. */
  author?: string | undefined;
  /** Not older than this. */
  from?: Date | undefined;
  /** Older than this. */
  until?: Date | undefined;
}

/** How many posts there are of each state. */
export interface Counts {
  all: number;
  /** Without a time of publication. */
  drafts: number;
  scheduled: number;
  /** No pages. */
  published: number;
  /** Drafts, too. */
  pages: number;
}

export interface Page {
  /** Newest first. */
  posts: Summary[];
  /** Whether there are more posts in the requested direction. */
  more: boolean;
  /** Those that begin the list, of whichever page of it: the newest three. */
  leading?: Summary[];
}

/** A path that a post had elsewhere. */
export interface OldAddress {
  path: string;
  postId: number;
}

/** A tag and how many published posts have it. */
export interface TagCount {
  /** As most of them spell it. */
  name: string;
  slug: string;
  posts: number;
}

/** A month and how many published posts are of it. */
export interface MonthCount {
  /** `2026-11` */
  month: string;
  posts: number;
}

/** A post beside another one. */
export interface Neighbour {
  id: number;
  title: string;
  slug: string;
  lang: string | null;
}

/** The published posts around a post, in the order of lists. */
export interface Neighbours {
  newer: Neighbour | null;
  older: Neighbour | null;
}

/** A new post as the API takes it, with its author's account. */
export type NewPost = Omit<Camelized<ImportedPost>, 'author' | 'date'> & { authorId: number; author: string };

/** A client's Idempotency-Key, and the hash of its request. */
export interface IdempotencyKey {
  key: string;
  hash: string;
}

export interface Created extends CachedBody {
  id: number;
  /** new: made now; replayed: the stored answer of an earlier request; known: a post of the same source was there. */
  outcome: 'new' | 'replayed' | 'known';
  /** Of a new post. */
  status?: Status;
  /** When a new post is going to be published. */
  due?: Date | null;
}

/** What the API lets people change. */
export type Changes = Camelized<ChangedPost>;

export interface Revision {
  version: number;
  title: string;
  status: Status;
  editor: string;
  created_at: Date;
  /** Nobody asked for it to be saved. */
  autosaved: boolean;
}

/** Throws when this post must not be changed; called with the locked post in the transaction. */
export type Allow = (post: Post) => void;

export interface Posts {
  list(filter: Filter): Promise<Page>;
  /** Of those that a filter without state lets through. */
  counts(filter: Pick<Filter, 'category' | 'tag' | 'author'>): Promise<Counts>;
  get(id: number): Promise<Post | undefined>;
  /** The post that has this slug, or had it. */
  bySlug(slug: string): Promise<Post | undefined>;
  /** The post whose preview has this key, a draft too. */
  byPreview(key: string): Promise<Post | undefined>;
  /** The key of a post's preview; null without one. */
  preview(id: number): Promise<string | null>;
  /** The key that there is, or a new one. @throws AppError not_found */
  makePreview(id: number): Promise<string>;
  /** Its key opens nothing any more. */
  endPreview(id: number): Promise<void>;
  /** Posts of an account, drafts too, by id: at most 20, and no more after 2 MB. @param after id that the page before ended with */
  ofAuthor(author: { id: number; name: string }, after: number): Promise<Post[]>;
  /** @throws AppError idempotency_in_flight, idempotency_mismatch */
  create(post: NewPost, idempotencyKey?: IdempotencyKey): Promise<Created>;
  /** @returns the post before and after. @throws AppError not_found, and what `allow` throws. */
  change(
    id: number,
    editor: string,
    changes: Changes,
    allow: Allow,
    isAutosave?: boolean,
  ): Promise<{ before: Post; after: Post }>;
  /** It can be brought back for 30 days. @param editor user name of who deletes it */
  remove(id: number, editor: string, allow: Allow): Promise<Post>;
  /** Brings a deleted post back. @throws AppError not_found, and what `allow` throws. */
  restore(id: number, editor: string, allow: AllowDeleted): Promise<Post>;
  /** Publishes drafts whose time has come, in the order of their times; at most 100. */
  publishDue(): Promise<Post[]>;
  /** Tells of posts that another function has moved, at most 100. @returns how many */
  tellMoved(): Promise<number>;
  /** Takes an account's number and name from everything, some rows at a time, and notes which posts events have to tell of. */
  disown(account: { id: number; username: string }): Promise<void>;
  /** When the next draft is to be published; in the past when there is something to tell. */
  nextDue(): Promise<Date | undefined>;
  /** Keeps addresses, each for the first post that has it. @returns the post that each leads to now, by path */
  keepAddresses(addresses: readonly OldAddress[]): Promise<Map<string, number>>;
  /** The 500 addresses whose paths come next, by path. */
  addresses(after: string): Promise<{ path: string; post_id: number }[]>;
  /** Those of published posts, those of most posts first; at most 1,000. */
  tags(): Promise<TagCount[]>;
  /** Undefined when there is no such published post, or it is a page. */
  neighbours(id: number): Promise<Neighbours | undefined>;
  /** Those with published posts, newest first. @throws AppError invalid for a time zone that is not known */
  months(timeZone: string): Promise<MonthCount[]>;
  /** Newest first. */
  revisions(id: number): Promise<Revision[]>;
  revision(id: number, version: number): Promise<(Revision & { content: string }) | undefined>;
  /** Authors of published posts that are at most 30 days old. */
  activeAuthors(): Promise<number>;
}

export interface StoreOptions {
  sql: Sql;
  outbox: Outbox;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** A key that nobody guesses. */
  newKey?: () => string;
}

/** Posts in PostgreSQL; every change and its events are one transaction. */
export function openPosts({
  sql,
  outbox,
  now = Date.now,
  newKey = () => randomBytes(18).toString('base64url'),
}: StoreOptions): Posts {
  return {
    list: (filter) => (filter.first ? listLed(sql, filter) : list(sql, filter)),
    counts: (filter) => counts(sql, filter),
    get: (id) => find(sql, sql`SELECT * FROM posts WHERE id = ${id}`),
    bySlug: (slug) =>
      find(
        sql,
        sql`SELECT posts.* FROM slugs JOIN posts ON posts.id = slugs.post_id WHERE skeleton = ${skeleton(slug)} AND slugs.slug = ${slug}`,
      ),
    byPreview: (key) => find(sql, sql`SELECT * FROM posts WHERE preview = ${key}`),
    async preview(id) {
      const [row] = await sql<{ preview: string | null }[]>`SELECT preview FROM posts WHERE id = ${id}`;
      return row?.preview ?? null;
    },
    async makePreview(id) {
      // No new version: what the post says stays as it is.
      const [row] = await sql<{ preview: string }[]>`
        UPDATE posts SET preview = coalesce(preview, ${newKey()}) WHERE id = ${id} RETURNING preview`;
      return row?.preview ?? fail('not_found', 'There is no such post.');
    },
    async endPreview(id) {
      await sql`UPDATE posts SET preview = NULL WHERE id = ${id}`;
    },
    async ofAuthor({ id, name }, after) {
      // By the name, which has an index; it is never given out again.
      const rows = await sql<PostRow[]>`
        SELECT ${summaryColumns(sql)}, p.content, p.summary FROM (
          SELECT *, sum(octet_length(content)) OVER (ORDER BY id) - octet_length(content) AS bytes_before FROM (
            SELECT * FROM posts WHERE lower(author) = lower(${name}) AND author_id = ${id} AND id > ${after}::bigint ORDER BY id LIMIT 20
          ) AS own
        ) AS p JOIN LATERAL categories.named(ARRAY[p.category_id]) AS c ON true WHERE bytes_before < 2000000 ORDER BY p.id`;
      return rows.map(toPost);
    },
    create: (post, idempotencyKey) =>
      retrying(() => outbox.transaction((tx, emit) => create(tx, emit, withSchedule(post, now()), idempotencyKey))),
    change: (id, editor, changes, allow, isAutosave = false) =>
      retrying(() =>
        outbox.transaction((tx, emit) => change(tx, emit, { id, editor, changes, allow, isAutosave, now: now() })),
      ),
    remove: (id, editor, allow) =>
      retrying(() => outbox.transaction((tx, emit) => remove(tx, emit, { id, editor, allow }))),
    restore: (id, editor, allow) =>
      retrying(() =>
        outbox.transaction(async (tx, emit) => {
          await bringBack(tx, { id, editor, allow });
          return tellRestored(tx, emit, id);
        }),
      ),
    async publishDue() {
      const published: Post[] = [];
      while (published.length < mostAtOnce) {
        const post = await retrying(() => outbox.transaction(publishNext));
        if (!post) break;
        published.push(post);
      }
      return published;
    },
    async tellMoved() {
      let told = 0;
      while (told < mostAtOnce) {
        const [next] = await sql<
          { traceparent: string | null }[]
        >`SELECT traceparent FROM untold ORDER BY since, post_id LIMIT 1`;
        if (!next) break;
        // In the trace of who has moved it.
        const tell = () => retrying(() => outbox.transaction(tellNext));
        if (!(await inSpan('tell of a moved post', { kind: 'internal', parent: parseTrace(next.traceparent) }, tell)))
          break;
        told++;
      }
      return told;
    },
    disown: (account) => disown(sql, account),
    async nextDue() {
      const [row] = await sql<{ due: Date | null }[]>`SELECT next_due() AS due`;
      return row?.due ?? undefined;
    },
    keepAddresses: (addresses) => retrying(() => keepAddresses(sql, addresses)),
    async addresses(after) {
      const rows = await sql<{ path: string; post_id: string }[]>`
        SELECT path, post_id FROM addresses WHERE path > ${after} ORDER BY path LIMIT 500`;
      return rows.map(({ path, post_id }) => ({ path, post_id: Number(post_id) }));
    },
    tags: () =>
      sql<TagCount[]>`
        SELECT mode() WITHIN GROUP (ORDER BY tag.name) AS name, tag.slug, count(DISTINCT posts.id)::int AS posts
        FROM posts, unnest(posts.tags, posts.tag_slugs) AS tag (name, slug) WHERE status = 'published' AND NOT is_page AND tags <> '{}'
        GROUP BY tag.slug ORDER BY 3 DESC, tag.slug LIMIT 1000`,
    neighbours: (id) => neighbours(sql, id),
    months: (timeZone) =>
      sql<MonthCount[]>`
        SELECT to_char(month, 'YYYY-MM') AS month, sum(posts)::int AS posts FROM (
          SELECT date_trunc('month', created_at AT TIME ZONE ${timeZone}) AS month, 1 AS posts FROM posts
          WHERE status = 'published' AND ${noPage(sql)}
        ) AS published GROUP BY published.month ORDER BY published.month DESC`.catch((error) =>
        error?.code === '22023' ? noSuchZone() : Promise.reject(error),
      ),
    revisions: (id) =>
      sql<
        Revision[]
      >`SELECT version, title, status, editor, created_at, autosaved FROM revisions WHERE post_id = ${id} ORDER BY version DESC`,
    async revision(id, version) {
      const [row] = await sql<(Revision & { content: string })[]>`
        SELECT version, title, status, editor, created_at, autosaved, content FROM revisions WHERE post_id = ${id} AND version = ${version}`;
      return row;
    },
    async activeAuthors() {
      const [row] = await sql<{ authors: number }[]>`
        SELECT count(DISTINCT author_id)::int AS authors FROM posts WHERE status = 'published' AND NOT is_page AND created_at > now() - interval '30 days'`;
      return row?.authors ?? 0;
    },
  };
}

/** How many posts begin a list at most. */
const maxLeading = 3;

async function listLed(sql: Sql, filter: Filter): Promise<Page> {
  const leading = { ...filter, featured: true, limit: maxLeading, offset: 0, after: undefined, before: undefined };
  const [page, { posts }] = await Promise.all([list(sql, filter), list(sql, leading)]);
  return { ...page, leading: posts };
}

async function list(sql: Sql, filter: Filter): Promise<Page> {
  const { status, scheduled, kind = status === 'published' ? 'post' : undefined, limit, offset } = filter;
  const { after, before, from, until, featured } = filter;
  const ofKind = kind === undefined ? sql`` : kind === 'page' ? sql`AND is_page` : sql`AND ${noPage(sql)}`;
  const planned =
    scheduled === undefined ? sql`` : scheduled ? sql`AND publish_at IS NOT NULL` : sql`AND publish_at IS NULL`;
  const chosen = featured === undefined ? sql`` : featured ? sql`AND featured` : sql`AND NOT featured`;
  const since = from ? sql`AND created_at >= ${from.toISOString()}::timestamptz` : sql``;
  const older = until ? sql`AND created_at < ${until.toISOString()}::timestamptz` : sql``;
  const behind = after ? sql`AND (created_at, id) < (${iso(after)}::timestamptz, ${after[1]}::bigint)` : sql``;
  const ahead = before ? sql`AND (created_at, id) > (${iso(before)}::timestamptz, ${before[1]}::bigint)` : sql``;
  const order = before ? sql`created_at ASC, id ASC` : sql`created_at DESC, id DESC`;
  const narrowed = sql`${ofKind} ${subjectOf(sql, filter)} ${planned} ${chosen} ${since} ${older} ${behind} ${ahead} ORDER BY ${order}`;
  // Literals, because a parameter would hide from the planner that the partial indexes fit.
  const published = sql`SELECT id, created_at FROM posts WHERE status = 'published' ${narrowed} LIMIT ${limit + 1 + offset}`;
  const drafts = sql`SELECT id, created_at FROM posts WHERE status = 'draft' ${narrowed} LIMIT ${limit + 1 + offset}`;
  const found =
    status === 'all' ? sql`(${published}) UNION ALL (${drafts})` : status === 'published' ? published : drafts;
  // The inner query is answered by an index alone, so that a large offset reads no posts.
  const rows = await sql<SummaryRow[]>`
    WITH wanted AS MATERIALIZED (
      SELECT id FROM (${found}) AS found ORDER BY ${order} LIMIT ${limit + 1} OFFSET ${offset}
    ), page AS MATERIALIZED (
      SELECT posts.id, version, author_id, author, byline, tags, title, slug, excerpt, status, created_at, published_at, publish_at, updated_at, is_page, lang, cover, cover_alt, featured, category_id FROM wanted JOIN posts USING (id)
    )
    SELECT ${summaryColumns(sql)} FROM page AS p JOIN categories.named(ARRAY(SELECT DISTINCT category_id FROM page)) AS c ON c.id = p.category_id
    ORDER BY ${before ? sql`p.created_at ASC, p.id ASC` : sql`p.created_at DESC, p.id DESC`}`;
  const posts = rows.slice(0, limit).map(toSummary);
  return { posts: before ? posts.reverse() : posts, more: rows.length > limit };
}

/** Of a category, with a tag, by an author: what of these is asked for. */
function subjectOf(sql: Sql, { category, tag, author }: Pick<Filter, 'category' | 'tag' | 'author'>) {
  const ofCategory = category === undefined ? sql`` : sql`AND category_id = categories.find(${category})`;
  const tagged = tag === undefined ? sql`` : sql`AND tag_slugs @> ARRAY[${tag}::text]`;
  const ofAuthor = author === undefined ? sql`` : sql`AND lower(author) = lower(${author})`;
  return sql`${ofCategory} ${tagged} ${ofAuthor}`;
}

async function counts(sql: Sql, filter: Pick<Filter, 'category' | 'tag' | 'author'>): Promise<Counts> {
  const [row] = await sql<Counts[]>`
    SELECT count(*)::int AS all, count(*) FILTER (WHERE status = 'draft' AND publish_at IS NULL)::int AS drafts,
      count(*) FILTER (WHERE status = 'draft' AND publish_at IS NOT NULL)::int AS scheduled,
      count(*) FILTER (WHERE status = 'published' AND NOT is_page)::int AS published, count(*) FILTER (WHERE is_page)::int AS pages
    FROM posts WHERE true ${subjectOf(sql, filter)}`;
  return row as Counts;
}

/** Not by the column itself, which the lists' indexes do not have: pages are few, and their index knows them. */
const noPage = (sql: Sql) => sql`id NOT IN (SELECT id FROM posts WHERE is_page)`;

interface NeighbourRow extends Omit<Neighbour, 'id'> {
  place: 'itself' | 'newer' | 'older';
  id: string;
}

async function neighbours(sql: Sql, id: number): Promise<Neighbours | undefined> {
  const rows = await sql<NeighbourRow[]>`
    WITH itself AS MATERIALIZED (SELECT id, created_at FROM posts WHERE id = ${id} AND status = 'published' AND NOT is_page)
    SELECT 'itself' AS place, id, '' AS title, '' AS slug, NULL AS lang FROM itself
    UNION ALL (
      SELECT 'newer', id, title, slug, lang FROM posts
      WHERE status = 'published' AND ${noPage(sql)} AND (created_at, id) > (SELECT created_at, id FROM itself)
      ORDER BY created_at, id LIMIT 1)
    UNION ALL (
      SELECT 'older', id, title, slug, lang FROM posts
      WHERE status = 'published' AND ${noPage(sql)} AND (created_at, id) < (SELECT created_at, id FROM itself)
      ORDER BY created_at DESC, id DESC LIMIT 1)`;
  const at = (wanted: string): Neighbour | null => {
    const row = rows.find(({ place }) => place === wanted);
    return row ? { id: Number(row.id), title: row.title, slug: row.slug, lang: row.lang } : null;
  };
  return at('itself') ? { newer: at('newer'), older: at('older') } : undefined;
}

/** To PostgreSQL, whose list of zones may be another than ours. */
const noSuchZone = (): never => failField('time_zone', 'must be a time zone such as UTC or Europe/Berlin');

const iso = ([createdAt]: Cursor): string => new Date(createdAt).toISOString();

type Fragment = ReturnType<typeof summaryColumns>;

async function find(sql: Sql | Tx, row: Fragment): Promise<Post | undefined> {
  const [found] = await sql<PostRow[]>`
    SELECT ${summaryColumns(sql)}, p.content, p.summary FROM (${row}) AS p JOIN LATERAL categories.named(ARRAY[p.category_id]) AS c ON true`;
  return found && toPost(found);
}

async function create(tx: Tx, emit: Emit, post: NewPost, idempotencyKey: IdempotencyKey | undefined): Promise<Created> {
  const replay = idempotencyKey && (await findReplay(tx, post.authorId, idempotencyKey));
  if (replay) return replay;
  const known =
    post.source === undefined ? undefined : await find(tx, tx`SELECT * FROM posts WHERE source = ${post.source}`);
  if (known) return { ...cachedBody(known), id: known.id, outcome: 'known' };
  const made = await insert(tx, post);
  emit(postCreated, `post/${made.id}`, snapshot(made));
  if (made.status === 'published') emit(postPublished, `post/${made.id}`, snapshot(made));
  const created: Created = { ...cachedBody(made), id: made.id, status: made.status, due: dueOf(made), outcome: 'new' };
  if (idempotencyKey) await storeReplay(tx, post.authorId, idempotencyKey, created);
  return created;
}

const mostAtOnce = 100;

/** A time to come, else nothing. */
const toCome = (date: Date | null | undefined, now: number): Date | null =>
  date && date.getTime() > now ? date : null;

/** A post that is to be published later is a draft until then. */
function withSchedule(post: NewPost, now: number): NewPost {
  const publishedAt = toCome(post.publishedAt, now);
  return { ...post, publishedAt, status: publishedAt ? 'draft' : post.status };
}

/** Publishes one draft whose time has come: it is as old as that, and so stands above what was published meanwhile. */
async function publishNext(tx: Tx, emit: Emit): Promise<Post | undefined> {
  const [due] = await tx<{ id: string }[]>`
    SELECT id FROM posts WHERE status = 'draft' AND publish_at <= clock_timestamp() ORDER BY publish_at, id LIMIT 1 FOR UPDATE SKIP LOCKED`;
  if (!due) return undefined;
  await tx`
    WITH p AS (
      UPDATE posts SET version = version + 1, status = 'published', created_at = publish_at, published_at = publish_at, publish_at = NULL,
        updated_at = clock_timestamp()
      WHERE id = ${due.id} RETURNING *
    )
    INSERT INTO revisions (post_id, version, title, content, status, editor, created_at)
    SELECT id, version, title, content, status, author, updated_at FROM p`;
  const post = (await find(tx, tx`SELECT * FROM posts WHERE id = ${due.id}`)) as Post;
  emit(postPublished, `post/${post.id}`, snapshot(post));
  return post;
}

/** Locks first the post, as those who move it do. @returns false when another instance tells of all there is */
async function tellNext(tx: Tx, emit: Emit): Promise<boolean> {
  const [next] = await tx<{ id: string }[]>`
    SELECT posts.id FROM posts JOIN untold ON untold.post_id = posts.id ORDER BY untold.since, posts.id LIMIT 1 FOR UPDATE OF posts SKIP LOCKED`;
  if (!next) return false;
  await tx`DELETE FROM untold WHERE post_id = ${next.id}`;
  const post = (await find(tx, tx`SELECT * FROM posts WHERE id = ${next.id}`)) as Post;
  emit(postUpdated, `post/${post.id}`, snapshot(post));
  return true;
}

/** Post, slug, revision and category in one statement. */
async function insert(tx: Tx, post: NewPost): Promise<Post> {
  const {
    authorId,
    author,
    title,
    content,
    categoryName,
    tags = [],
    status,
    byline = [],
    source = null,
    ...others
  } = post;
  const {
    slug: wantedSlug,
    createdAt: wantedTime,
    updatedAt: wantedChange,
    publishedAt = null,
    kind = 'post',
    lang = null,
    cover = null,
    coverAlt = '',
    summary = '',
    featured = false,
    ...unstored
  } = others;
  nothingLeft(unstored);
  const slug = slugOf(wantedSlug ?? title);
  const createdAt = wantedTime?.toISOString() ?? null;
  const updatedAt = wantedChange?.toISOString() ?? null;
  const [row] = await tx<PostRow[]>`
    WITH c AS MATERIALIZED (SELECT * FROM categories.get_or_create(${categoryName})),
    named AS MATERIALIZED (SELECT id, claim_slug(id, ${slug}, ${skeleton(slug)}) AS slug FROM (SELECT nextval('post_ids') AS id FROM c OFFSET 0) AS fresh),
    clock AS MATERIALIZED (SELECT clock_timestamp()::timestamptz(3) AS now),
    p AS (
      INSERT INTO posts (id, author_id, author, byline, tags, tag_slugs, category_id, status, slug, title, excerpt, content, source, is_page, lang, cover, cover_alt, summary, featured, created_at, published_at, publish_at, updated_at)
      SELECT named.id, ${authorId}, ${author}, ${byline}, ${tags}, ${tags.map(tagSlug)}, c.id, ${status}, named.slug, ${title},
        ${summary || excerptOf(content)}, ${content}, ${source}, ${kind === 'page'}, ${lang}, ${cover}, ${coverAlt}, ${summary}, ${featured}, coalesce(${createdAt}::timestamptz, now),
        CASE ${status}::text WHEN 'published' THEN coalesce(${createdAt}::timestamptz, now) END, ${publishedAt?.toISOString() ?? null}::timestamptz,
        greatest(${updatedAt}::timestamptz, coalesce(${createdAt}::timestamptz, now))
      FROM c, named, clock
      RETURNING *
    ),
    revision AS (
      INSERT INTO revisions (post_id, version, title, content, status, editor, created_at)
      SELECT id, version, title, content, status, author, created_at FROM p
    )
    SELECT ${summaryColumns(tx)}, p.content, p.summary FROM p, c`;
  return toPost(row as PostRow);
}

/** In the order of their paths, so that two who keep the same ones wait for each other, and not each for the other. */
async function keepAddresses(sql: Sql, addresses: readonly OldAddress[]): Promise<Map<string, number>> {
  const paths = addresses.map(({ path }) => path);
  await sql`
    INSERT INTO addresses (path, post_id)
    SELECT given.path, posts.id FROM unnest(${paths}::text[], ${addresses.map(({ postId }) => postId)}::bigint[]) WITH ORDINALITY AS given (path, post_id, n)
    JOIN posts ON posts.id = given.post_id ORDER BY given.path, given.n
    ON CONFLICT DO NOTHING`;
  const rows = await sql<{ path: string; post_id: string }[]>`
    SELECT path, post_id FROM addresses WHERE path = ANY(${paths}::text[])`;
  return new Map(rows.map(({ path, post_id }) => [path, Number(post_id)]));
}

/** The stored response of an earlier request with this key. The lock is only tried: its holder is still working. */
async function findReplay(tx: Tx, authorId: number, { key, hash }: IdempotencyKey): Promise<Created | undefined> {
  const lock = tx<
    { free: boolean }[]
  >`SELECT pg_try_advisory_xact_lock(hashtextextended(${`${authorId} ${key}`}, 0)) AS free`.execute();
  const found = tx<{ request_hash: string; post_id: string; etag: string; body: string }[]>`
    SELECT request_hash, post_id, etag, body FROM idempotency
    WHERE author_id = ${authorId} AND key = ${key} AND created_at > now() - interval '24 hours'`.execute();
  const [[locked], [stored]] = await Promise.all([lock, found]);
  if (!locked?.free)
    fail('idempotency_in_flight', 'A request with this Idempotency-Key is being answered.', {
      headers: { 'retry-after': '1' },
    });
  if (stored && stored.request_hash !== hash)
    fail('idempotency_mismatch', 'This Idempotency-Key was used for another request.');
  return stored && { etag: stored.etag, body: stored.body, id: Number(stored.post_id), outcome: 'replayed' };
}

async function storeReplay(
  tx: Tx,
  authorId: number,
  { key, hash }: IdempotencyKey,
  { id, etag, body }: Created,
): Promise<void> {
  const stored = await tx`
    WITH expired AS (
      DELETE FROM idempotency WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM idempotency WHERE created_at <= now() - interval '24 hours' AND (author_id, key) <> (${authorId}::bigint, ${key}) LIMIT 20 FOR UPDATE SKIP LOCKED))
    )
    INSERT INTO idempotency AS kept (author_id, key, request_hash, post_id, etag, body) VALUES (${authorId}, ${key}, ${hash}, ${id}, ${etag}, ${body})
    ON CONFLICT ON CONSTRAINT idempotency_key DO UPDATE
      SET request_hash = excluded.request_hash, post_id = excluded.post_id, etag = excluded.etag, body = excluded.body, created_at = excluded.created_at
      WHERE kept.created_at <= now() - interval '24 hours'
    RETURNING 1`;
  if (stored.length === 0) throw new ConcurrentUpdate('the idempotency key was used concurrently');
}

type ChangedRow = Pick<PostRow, 'version' | 'slug' | 'published_at' | 'updated_at'>;

/** When a draft is going to be published. */
const dueOf = ({ status, publishedAt }: Post): Date | null => (status === 'draft' ? publishedAt : null);

interface Change {
  id: number;
  editor: string;
  changes: Changes;
  allow: Allow;
  /** Nobody asked for it: it takes the place of the version before, where that is another such one of the same ten minutes. */
  isAutosave: boolean;
  /** Milliseconds since 1970. */
  now: number;
}

async function change(
  tx: Tx,
  emit: Emit,
  { id, editor, changes, allow, isAutosave, now }: Change,
): Promise<{ before: Post; after: Post }> {
  // Before the post's own lock: a merge locks categories first and posts second, and so does everybody.
  const { categoryName, ...others } = changes;
  const moved = categoryName === undefined ? undefined : await categoryNamed(tx, categoryName);
  const before = await locked(tx, id);
  allow(before);
  const { title = before.title, content = before.content, tags = before.tags, ...further } = others;
  const {
    status: wantedStatus = before.status,
    kind = before.kind,
    lang = before.lang,
    cover = before.cover,
    coverAlt = before.coverAlt,
    summary = before.summary,
    featured = before.featured,
    slug: wantedSlug,
    date: createdAt = before.createdAt,
    publishedAt,
    ...unstored
  } = further;
  nothingLeft(unstored);
  const category = moved ?? before.category;
  const planned = publishedAt === undefined ? dueOf(before) : toCome(publishedAt, now);
  // What is said of the time is stronger than the status; a status alone publishes at once.
  const status = publishedAt && planned ? 'draft' : wantedStatus;
  const due = status === 'draft' ? planned : null;
  const stem = stemFor(before, title, wantedSlug);
  const isDated = createdAt.getTime() !== before.createdAt.getTime();
  // What is dated stays as it is kept otherwise, to the microsecond.
  const dated = isDated ? (tx`${createdAt.toISOString()}::timestamptz` as Fragment) : undefined;
  const edited =
    title !== before.title ||
    content !== before.content ||
    category.id !== before.category.id ||
    tags.join() !== before.tags.join() ||
    kind !== before.kind ||
    lang !== before.lang ||
    cover !== before.cover ||
    coverAlt !== before.coverAlt ||
    summary !== before.summary ||
    featured !== before.featured ||
    isDated ||
    stem !== undefined ||
    (status === before.status && due?.getTime() !== dueOf(before)?.getTime());
  if (!edited && status === before.status) {
    // What has saved itself already stays from now on, as somebody asks for it.
    if (!isAutosave)
      await tx`UPDATE revisions SET autosaved = false WHERE post_id = ${id} AND version = ${before.version} AND autosaved`;
    return { before, after: before };
  }
  const isSame = content === before.content && summary === before.summary;
  const excerpt = isSame ? before.excerpt : summary || excerptOf(content);
  const [row] = await tx<ChangedRow[]>`
    WITH p AS (
      UPDATE posts SET version = version + 1, title = ${title}, content = ${content}, excerpt = ${excerpt}, status = ${status},
        tags = ${tags as string[]}, tag_slugs = ${tags.map(tagSlug)}, is_page = ${kind === 'page'}, lang = ${lang}, cover = ${cover}, cover_alt = ${coverAlt}, summary = ${summary}, featured = ${featured},
        created_at = ${dated ?? tx`created_at`}, published_at = ${publishedSince(tx, before, status, dated)}, publish_at = ${due?.toISOString() ?? null}::timestamptz,
        category_id = ${category.id}, slug = ${stem === undefined ? tx`slug` : tx`claim_slug(id, ${stem}, ${skeleton(stem)})`}, updated_at = clock_timestamp()
      WHERE id = ${id} RETURNING *
    ),
    ${isAutosave && status === 'draft' ? supersede(tx, before, editor) : tx``}
    revision AS (
      INSERT INTO revisions (post_id, version, title, content, status, editor, created_at, autosaved)
      SELECT id, version, title, content, status, ${editor}, updated_at, ${isAutosave} FROM p
    )
    SELECT version, slug, coalesce(published_at, created_at) AS published_at, updated_at FROM p`;
  const { version, slug: taken, published_at, updated_at } = row as ChangedRow;
  const after: Post = {
    ...before,
    version,
    title,
    content,
    summary,
    status,
    kind,
    lang,
    cover,
    coverAlt,
    featured,
    category,
    tags,
    slug: taken,
    excerpt,
    createdAt,
    publishedAt: status === 'published' ? published_at : due,
    updatedAt: updated_at,
  };
  if (edited) emit(postUpdated, `post/${id}`, snapshot(after));
  if (status !== before.status)
    emit(status === 'published' ? postPublished : postUnpublished, `post/${id}`, snapshot(after));
  return { before, after };
}

/** Since when everybody sees it: the date that it gets, as that of an imported post. */
function publishedSince(tx: Tx, before: Post, status: Status, dated: Fragment | undefined): Fragment {
  if (status === 'published' && dated) return dated;
  return status === 'published' && before.status === 'draft' ? tx`clock_timestamp()` : tx`published_at`;
}

/** What a change makes a post's slug of; undefined where it stays. One that was chosen stays when the title changes. @param wanted null: of the title */
function stemFor(before: Post, title: string, wanted: string | null | undefined): string | undefined {
  if (wanted) return slugOf(wanted) === before.slug ? undefined : slugOf(wanted);
  const follows = followsTitle(before);
  const isToFollow = wanted === null || follows;
  return isToFollow && !(follows && slugOf(title) === slugOf(before.title)) ? slugOf(title) : undefined;
}

/** The version before goes, when it saved itself, too, as a draft of the same editor and the same ten minutes: whoever writes for an hour leaves six. */
const supersede = (tx: Tx, { id, version }: Post, editor: string) => tx`superseded AS (
      DELETE FROM revisions WHERE post_id = ${id} AND version = ${version} AND autosaved AND status = 'draft' AND editor = ${editor}
        AND date_bin('10 minutes', created_at, 'epoch') = date_bin('10 minutes', clock_timestamp(), 'epoch')
    ),`;

async function remove(
  tx: Tx,
  emit: Emit,
  { id, editor, allow }: { id: number; editor: string; allow: Allow },
): Promise<Post> {
  const before = await locked(tx, id);
  allow(before);
  await putAside(tx, before, editor);
  emit(postDeleted, `post/${id}`, snapshot({ ...before, version: before.version + 1 }));
  return before;
}

/** It is new to everybody who forgot it, and visible again if it was. */
async function tellRestored(tx: Tx, emit: Emit, id: number): Promise<Post> {
  const post = (await find(tx, tx`SELECT * FROM posts WHERE id = ${id}`)) as Post;
  emit(postUpdated, `post/${id}`, snapshot(post));
  if (post.status === 'published') emit(postPublished, `post/${id}`, snapshot(post));
  return post;
}

/** Two statements in one packet: the second sees rows committed while the first waited. */
async function locked(tx: Tx, id: number): Promise<Post> {
  const lock = tx`SELECT 1 FROM posts WHERE id = ${id} FOR UPDATE`.execute();
  const [, post] = await Promise.all([lock, find(tx, tx`SELECT * FROM posts WHERE id = ${id}`)]);
  return post ?? fail('not_found', 'There is no such post.');
}

async function categoryNamed(tx: Tx, name: string): Promise<Post['category']> {
  const [row] = await tx<{ id: string; version: number; name: string; slug: string; color: string }[]>`
    SELECT id, version, name, slug, color FROM categories.get_or_create(${name})`;
  return { ...(row as NonNullable<typeof row>), id: Number(row?.id) };
}
