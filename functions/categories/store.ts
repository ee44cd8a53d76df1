import { categoryCreated, categoryDeleted, categoryUpdated } from '@dormouse/events/category';
import { fail, failField } from '@dormouse/runtime/errors';
import type { Emit, Outbox } from '@dormouse/runtime/outbox';
import { RejectEvent } from '@dormouse/runtime/receive';
import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import { currentTrace, formatTraceparent } from '@dormouse/runtime/trace';

export interface Category {
  id: number;
  version: number;
  name: string;
  slug: string;
  /** `#rrggbb`; white text is readable on it. */
  color: string;
  /** Published posts. */
  postCount: number;
}

/** What an event says of a post. */
export interface Post {
  id: number;
  version: number;
  categoryId: number;
  published: boolean;
  deleted: boolean;
}

export interface Categories {
  /** By name. */
  all(): Promise<Category[]>;
  /** The category that has a slug, or had it. */
  bySlug(slug: string): Promise<Category | undefined>;
  /** @throws AppError not_found; conflict when another has the name */
  rename(id: number, name: string): Promise<Category>;
  /** Moves every post and the slugs of one category into another, and removes it. @throws AppError not_found, conflict for a default */
  merge(from: number, into: number): Promise<Category>;
  /** Takes in what an event says, in the transaction that marks it as seen; older news than known change nothing. */
  count(post: Post, tx: Tx, emit: Emit): Promise<void>;
  /** `count` of what several events say, whose `emit` tells what follows. */
  countAll(posts: readonly (Post & { emit: Emit })[], tx: Tx): Promise<void>;
  /** Compares the counts with the posts that they are of; news younger than `settledSeconds` may be under way. */
  differences(settledSeconds: number): Promise<Difference[]>;
  /** Makes at most `most` differing posts right, and every sum, while others write. */
  repair(most: number): Promise<void>;
}

/** Where a count is not what the posts say: see migrations/007-verification.sql. */
export interface Difference {
  problem: 'missed' | 'gone' | 'ahead' | 'sum';
  /** Null for a sum. */
  post: number | null;
  category: number;
}

interface Row {
  id: string;
  version: number;
  name: string;
  slug: string;
  color: string;
  post_count: number;
}

/** Categories in PostgreSQL; they are made by `get_or_create` of migrations/004-published.sql, inside posts' transactions. */
export function openCategories({ sql, outbox }: { sql: Sql; outbox: Outbox }): Categories {
  return {
    async all() {
      return (await sql<Row[]>`SELECT id, version, name, slug, color, post_count FROM categories ORDER BY key`).map(
        toCategory,
      );
    },
    async bySlug(slug) {
      const [row] = await sql<Row[]>`
        SELECT id, version, name, categories.slug, color, post_count FROM slugs JOIN categories ON id = category_id WHERE slugs.slug = ${slug}`;
      return row && toCategory(row);
    },
    rename: (id, name) => outbox.transaction((tx, emit) => rename(tx, emit, id, name)),
    merge: (from, into) => outbox.transaction((tx, emit) => merge(tx, emit, from, into)),
    count,
    countAll,
    async differences(settledSeconds) {
      const rows = await sql<{ problem: Difference['problem']; post: string | null; category: string }[]>`
        SELECT problem, post, category FROM count_differences(make_interval(secs => ${settledSeconds})) ORDER BY post, category`;
      return rows.map(({ problem, post, category }) => ({
        problem,
        post: post === null ? null : Number(post),
        category: Number(category),
      }));
    },
    repair: (most) =>
      outbox.transaction(async (tx, emit) =>
        announce(await tx<Happened[]>`SELECT * FROM repair_counts(${most})`, emit),
      ),
  };
}

const toCategory = (row: Row): Category => ({
  id: Number(row.id),
  version: row.version,
  name: row.name,
  slug: row.slug,
  color: row.color,
  postCount: row.post_count,
});

const snapshot = ({ id, version, name, slug, color }: Omit<Category, 'postCount'>) => ({
  id,
  version,
  name,
  slug,
  color,
});

type Happened = Omit<Row, 'post_count'> & { happened: 'created' | 'counted' | 'deleted' };

/** SQLSTATE of count_post for a version that the post cannot have reached. */
const implausible = 'DV001';

async function count({ id, version, categoryId, published, deleted }: Post, tx: Tx, emit: Emit): Promise<void> {
  const rows = await tx<Happened[]>`
    SELECT * FROM count_post(${id}, ${version}, ${categoryId}, ${published && !deleted}, ${deleted})`.catch(reject);
  announce(rows, emit);
}

async function countAll(all: readonly (Post & { emit: Emit })[], tx: Tx): Promise<void> {
  // What is said of one post is counted in its order. Said twice it changes nothing, as when a post is created and published at once.
  const before = (i: number) => all.slice(0, i).findLast(({ id }) => id === all[i]?.id);
  let left = all.filter((post, i) => !isSame(before(i), post));
  while (left.length > 1) {
    const posts = left.filter(({ id }, i) => left.findIndex((other) => other.id === id) === i);
    const said = posts.map(({ id, version, categoryId, published, deleted }) => ({
      post: id,
      at_version: version,
      category: categoryId,
      is_counted: published && !deleted,
      is_gone: deleted,
    }));
    const rows = await tx<(Happened & { n: number })[]>`
      SELECT * FROM count_posts((${JSON.stringify(said)}::text)::jsonb)`.catch(reject);
    for (const { n, ...row } of rows) announce([row], (posts[n - 1] as Post & { emit: Emit }).emit);
    const counted = new Set(posts);
    left = left.filter((post) => !counted.has(post));
  }
  for (const post of left) await count(post, tx, post.emit);
}

const isSame = (one: Post | undefined, other: Post): boolean =>
  one?.version === other.version &&
  one.categoryId === other.categoryId &&
  one.published === other.published &&
  one.deleted === other.deleted;

function reject(error: Error & { code?: string }): never {
  throw error.code === implausible ? new RejectEvent(error.message) : error;
}

function announce(rows: readonly Happened[], emit: Emit): void {
  for (const { happened, ...row } of rows) {
    const category = snapshot({ ...row, id: Number(row.id) });
    if (happened === 'created') emit(categoryCreated, `category/${category.id}`, category);
    if (happened === 'deleted') emit(categoryDeleted, `category/${category.id}`, { ...category, merged_into: null });
  }
}

async function rename(tx: Tx, emit: Emit, id: number, name: string): Promise<Category> {
  await tx`SELECT take_turns()`;
  const before = await locked(tx, [id]).then(([only]) => only ?? fail('not_found', 'There is no such category.'));
  const [taken] = await tx`SELECT 1 FROM categories WHERE key = name_key(${name}) AND id <> ${id}`;
  if (taken) fail('conflict', 'Another category has this name. Merge the two instead.');
  // A name whose slug is the same keeps the slug it has, with its number.
  const [row] = await tx<Row[]>`
    UPDATE categories SET name = display_name(${name}), key = name_key(${name}), version = version + 1, announced = true,
      slug = CASE WHEN slug_of(name) = slug_of(${name}) THEN slug ELSE free_slug(slug_of(${name}), id) END
    WHERE id = ${id} AND name <> display_name(${name}) RETURNING id, version, name, slug, color, post_count`;
  if (!row) return toCategory(before);
  await tx`INSERT INTO slugs (skeleton, slug, category_id) VALUES (skeleton(${row.slug}), ${row.slug}, ${id})
    ON CONFLICT (skeleton) DO UPDATE SET slug = excluded.slug WHERE slugs.category_id = excluded.category_id`;
  const after = toCategory(row);
  if (!before.announced) emit(categoryCreated, `category/${id}`, snapshot(toCategory(before)));
  emit(categoryUpdated, `category/${id}`, snapshot(after));
  return after;
}

async function merge(tx: Tx, emit: Emit, from: number, into: number): Promise<Category> {
  if (from === into) failField('into', 'must be another category');
  await tx`SELECT pg_advisory_xact_lock(counting_lock()), take_turns()`;
  const rows = await locked(tx, [from, into]);
  const source = rows.find((row) => Number(row.id) === from) ?? fail('not_found', 'There is no such category.');
  const target = rows.find((row) => Number(row.id) === into);
  if (!target) return failField('into', 'is no category');
  if (source.is_default) fail('conflict', 'A default category cannot be merged into another.');
  const trace = currentTrace();
  // Counts follow at once; the events that tell of the same versions later change nothing.
  await tx`
    WITH moved AS MATERIALIZED (SELECT * FROM posts.recategorise(${from}, ${into}, ${trace ? formatTraceparent(trace) : null}))
    INSERT INTO counted AS known (post_id, version, category_id, counts) SELECT post_id, version, ${into}, is_published FROM moved
    ON CONFLICT (post_id) DO UPDATE SET version = excluded.version, category_id = excluded.category_id, counts = excluded.counts
    WHERE known.version < excluded.version`;
  await tx`UPDATE counted SET category_id = ${into} WHERE category_id = ${from}`;
  await tx`UPDATE slugs SET category_id = ${into} WHERE category_id = ${from}`;
  await tx`DELETE FROM categories WHERE id = ${from}`;
  const [row] = await tx<Row[]>`
    UPDATE categories SET post_count = (SELECT count(*) FROM counted WHERE category_id = ${into} AND counts) WHERE id = ${into}
    RETURNING id, version, name, slug, color, post_count`;
  const gone = snapshot({ ...toCategory(source), version: source.version + 1 });
  if (source.announced) emit(categoryDeleted, `category/${from}`, { ...gone, merged_into: into });
  return toCategory(row as Row);
}

/** The lower id first, so that two merges cannot wait for each other. */
const locked = (tx: Tx, ids: number[]) =>
  tx<(Row & { announced: boolean; is_default: boolean })[]>`
    SELECT id, version, name, slug, color, post_count, announced, is_default FROM categories WHERE id = ANY (${ids}::bigint[]) ORDER BY id FOR UPDATE`;
