import { fail } from '@dormouse/runtime/errors';
import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import { untilNone } from '@dormouse/runtime/until-none';
import type { Post, Summary } from './post.ts';
import { type OwnRow, ownColumns, type TextRow, toOwn } from './rows.ts';
import { skeleton } from './slug.ts';

/** How long a deleted post can be brought back, in days. */
export const keptDays = 30;

/** A post as it was deleted. */
export interface DeletedPost extends Omit<Summary, 'category'> {
  /** There may be none of this name any more. Its slug somebody else may have meanwhile. */
  categoryName: string;
  deletedAt: Date;
  /** User name. */
  deletedBy: string;
}

/** With its text. */
export type WholeDeletedPost = DeletedPost & TextRow;

/** Sort key of the list: milliseconds since 1970, then id. */
export type DeletedCursor = readonly [deletedAt: number, id: number];

export interface DeletedFilter {
  /** User name, in any case. */
  author?: string | undefined;
  /** Account. */
  authorId?: number | undefined;
  limit: number;
  after?: DeletedCursor | undefined;
}

/** Throws when this post must not be touched; called with the locked row in the transaction. */
export type AllowDeleted = (post: Pick<DeletedPost, 'authorId'>) => void;

/** Posts that were deleted and can be brought back for `keptDays`; then, and with their author's account, they are forgotten. */
export interface DeletedPosts {
  /** The last deleted first; one more than `limit` when there are more. */
  list(filter: DeletedFilter): Promise<DeletedPost[]>;
  /** Those of an account, by id: at most 20, and no more after 2 MB. @param after id that the page before ended with */
  ofAuthor(authorId: number, after: number): Promise<WholeDeletedPost[]>;
  /** @throws AppError not_found, and what `allow` throws */
  forget(id: number, allow: AllowDeleted): Promise<void>;
  /** All of an account, some at a time. */
  forgetOf(authorId: number): Promise<void>;
  /** What can not be brought back any more; at most 100. @returns how many */
  forgetExpired(): Promise<number>;
}

interface DeletedRow extends OwnRow {
  category_name: string;
  deleted_at: Date;
  deleted_by: string;
}

/** What is copied with a post; a test compares it with the tables. */
export const copiedColumns = [
  'id',
  'version',
  'author_id',
  'author',
  'byline',
  'category_id',
  'status',
  'slug',
  'title',
  'excerpt',
  'content',
  'source',
  'created_at',
  'updated_at',
  'tags',
  'tag_slugs',
  'published_at',
  'publish_at',
  'is_page',
  'lang',
  'cover',
  'cover_alt',
  'summary',
  'preview',
  'featured',
] as const;

/** The same for its versions. */
export const copiedRevisionColumns = [
  'post_id',
  'version',
  'title',
  'content',
  'status',
  'editor',
  'created_at',
  'autosaved',
] as const;

type Fragment = ReturnType<Sql>;
const named = (sql: Sql | Tx, columns: readonly string[]) => sql.unsafe(columns.join(', ')) as unknown as Fragment;
const summary = (sql: Sql | Tx) => sql`${ownColumns(sql)}, p.category_name, p.deleted_at, p.deleted_by`;
const kept = (sql: Sql | Tx) => sql`deleted_at > clock_timestamp() - make_interval(hours => ${keptDays * 24})`;

/** Deleted posts in PostgreSQL. */
export function openDeletedPosts(sql: Sql): DeletedPosts {
  return {
    async list({ author, authorId, limit, after }) {
      const by = author === undefined ? sql`` : sql`AND lower(author) = lower(${author})`;
      const of = authorId === undefined ? sql`` : sql`AND author_id = ${authorId}`;
      const older = after
        ? sql`AND (deleted_at, id) < (${new Date(after[0]).toISOString()}::timestamptz, ${after[1]}::bigint)`
        : sql``;
      const rows = await sql<DeletedRow[]>`
        SELECT ${summary(sql)} FROM deleted_posts AS p WHERE ${kept(sql)} ${by} ${of} ${older}
        ORDER BY deleted_at DESC, id DESC LIMIT ${limit + 1}`;
      return rows.map(toDeleted);
    },
    async ofAuthor(authorId, after) {
      const rows = await sql<(DeletedRow & TextRow)[]>`
        SELECT * FROM (
          SELECT *, sum(octet_length(content)) OVER (ORDER BY id) - octet_length(content) AS bytes_before FROM (
            SELECT ${summary(sql)}, p.content, p.summary FROM deleted_posts AS p WHERE author_id = ${authorId} AND id > ${after}::bigint AND ${kept(sql)}
            ORDER BY id LIMIT 20
          ) AS own
        ) AS p WHERE bytes_before < 2000000 ORDER BY id`;
      return rows.map((row) => ({ ...toDeleted(row), content: row.content, summary: row.summary }));
    },
    forget: (id, allow) =>
      sql.begin(async (tx) => {
        const [row] = await tx<{ author_id: string }[]>`
          SELECT author_id FROM deleted_posts WHERE id = ${id} AND ${kept(tx)} FOR UPDATE`;
        if (!row) return notThere();
        allow({ authorId: Number(row.author_id) });
        await tx`DELETE FROM deleted_posts WHERE id = ${id}`;
      }) as Promise<void>,
    forgetOf: (authorId) =>
      untilNone(async () => {
        // Each with all of its versions.
        const gone = await sql`
          DELETE FROM deleted_posts WHERE id = ANY (ARRAY(SELECT id FROM deleted_posts WHERE author_id = ${authorId} LIMIT 50))`;
        return gone.count;
      }),
    async forgetExpired() {
      const gone = await sql`
        DELETE FROM deleted_posts WHERE id = ANY (ARRAY(
          SELECT id FROM deleted_posts WHERE NOT (${kept(sql)}) ORDER BY deleted_at LIMIT 100 FOR UPDATE SKIP LOCKED))
        RETURNING 1`;
      return gone.length;
    },
  };
}

const toDeleted = (row: DeletedRow): DeletedPost => ({
  ...toOwn(row),
  categoryName: row.category_name,
  deletedAt: row.deleted_at,
  deletedBy: row.deleted_by,
});

const notThere = (): never => fail('not_found', 'There is no such deleted post.');

/** Moves a locked post to the deleted ones, with its versions, slugs and addresses. */
export async function putAside(tx: Tx, post: Post, deletedBy: string): Promise<void> {
  const columns = named(tx, copiedColumns);
  const versions = named(tx, copiedRevisionColumns);
  await tx`
    WITH gone AS (DELETE FROM posts WHERE id = ${post.id} RETURNING *),
    kept AS (
      INSERT INTO deleted_posts (${columns}, category_name, category_slug, slugs, addresses, deleted_by)
      SELECT ${columns}, ${post.category.name}, ${post.category.slug},
        (SELECT jsonb_agg(jsonb_build_object('skeleton', skeleton, 'slug', slugs.slug, 'stem', stem, 'ordinal', ordinal)) FROM slugs WHERE post_id = gone.id),
        ARRAY(SELECT path FROM addresses WHERE post_id = gone.id), ${deletedBy}
      FROM gone
    )
    INSERT INTO deleted_revisions (${versions}) SELECT ${versions} FROM revisions WHERE post_id = ${post.id}`;
}

export interface Restoring {
  id: number;
  /** User name of who restores it. */
  editor: string;
  allow: AllowDeleted;
}

/** What a deleted post needs to know of the world it comes back to. */
interface Returning {
  author_id: string;
  slug: string;
  /** Of its category as it is called now; of one that is gone, as it was. */
  category: string;
}

/**
 * Makes a deleted post a post again, as it was, in a version of its own. Slugs and addresses that somebody else has by now stay theirs: it
 * gets the next free slug. A time that has passed meanwhile is none any more.
 */
export async function bringBack(tx: Tx, { id, editor, allow }: Restoring): Promise<void> {
  const [row] = await tx<Returning[]>`
    SELECT author_id, slug, coalesce(
      (SELECT name FROM categories.named(ARRAY[category_id])),
      (SELECT name FROM categories.named(ARRAY[categories.find(category_slug)])),
      category_name) AS category
    FROM deleted_posts WHERE id = ${id} AND ${kept(tx)} FOR UPDATE`;
  if (!row) return notThere();
  allow({ authorId: Number(row.author_id) });
  await tx`
    INSERT INTO slugs (skeleton, slug, stem, ordinal, post_id)
    SELECT had.skeleton, had.slug, had.stem, had.ordinal, ${id}
    FROM deleted_posts, jsonb_to_recordset(slugs) AS had (skeleton text, slug text, stem text, ordinal integer) WHERE id = ${id}
    ORDER BY had.skeleton
    ON CONFLICT DO NOTHING`;
  const columns = named(tx, copiedColumns);
  const versions = named(tx, copiedRevisionColumns);
  await tx`
    WITH c AS MATERIALIZED (SELECT id FROM categories.get_or_create(${row.category})),
    named AS MATERIALIZED (
      SELECT coalesce((SELECT slug FROM slugs WHERE post_id = ${id} AND slug = ${row.slug}), claim_slug(${id}, ${row.slug}, ${skeleton(row.slug)})) AS slug
    )
    INSERT INTO posts (${columns})
    SELECT ${named(
      tx,
      copiedColumns.map((name) => returned[name] ?? `gone.${name}`),
    )} FROM deleted_posts AS gone, c, named WHERE gone.id = ${id}`;
  await tx`INSERT INTO revisions (${versions}) SELECT ${versions} FROM deleted_revisions WHERE post_id = ${id}`;
  await tx`
    INSERT INTO revisions (post_id, version, title, content, status, editor, created_at)
    SELECT id, version, title, content, status, ${editor}, updated_at FROM posts WHERE id = ${id}`;
  await tx`
    INSERT INTO addresses (path, post_id) SELECT path, id FROM deleted_posts, unnest(addresses) AS path WHERE id = ${id} ORDER BY path
    ON CONFLICT DO NOTHING`;
  await tx`DELETE FROM deleted_posts WHERE id = ${id}`;
}

/** Columns that come back otherwise than they went: its deletion was told with the version after its last one. */
const returned: Partial<Record<(typeof copiedColumns)[number], string>> = {
  version: 'gone.version + 2',
  category_id: 'c.id',
  slug: 'named.slug',
  source: 'CASE WHEN NOT EXISTS (SELECT FROM posts AS other WHERE other.source = gone.source) THEN gone.source END',
  publish_at: 'CASE WHEN gone.publish_at > clock_timestamp() THEN gone.publish_at END',
  updated_at: 'clock_timestamp()',
};
