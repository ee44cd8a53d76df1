import type { Sql, Tx } from '@dormouse/runtime/sql-types';

/** A published post as posts has it now. */
export interface PublishedPost {
  id: number;
  version: number;
  title: string;
  /** Markdown. */
  content: string;
  author: string;
  /** Names as printed, of an imported post. */
  byline: readonly string[];
  tags: readonly string[];
  tagSlugs: readonly string[];
  categoryId: number;
  createdAt: Date;
  /** Language tag, as somebody said it. */
  lang: string | null;
}

/** A published post as lists show it. */
export interface ListedPost {
  id: number;
  title: string;
  slug: string;
  author: string;
  byline: readonly string[];
  tags: readonly string[];
  excerpt: string;
  createdAt: Date;
  publishedAt: Date;
  updatedAt: Date;
  lang: string | null;
  /** Hash of a picture of media. */
  cover: string | null;
  coverAlt: string;
  category: { id: number; name: string; slug: string; color: string };
}

/** What posts and categories let search ask of them. Drafts and pages are not there. */
export interface PublishedPosts {
  /** Those of some posts that are published, once nobody else of search reads them: until the transaction ends, this is how they are kept. */
  read(ids: readonly number[], tx: Tx): Promise<PublishedPost[]>;
  /** Ids of those that follow, in order. */
  idsAfter(id: number, most: number): Promise<number[]>;
  /** As they are at this moment, by id. */
  listed(ids: readonly number[]): Promise<Map<number, ListedPost>>;
  /** The category that has a slug, or had it. */
  categoryOf(slug: string): Promise<number | undefined>;
  categories(): Promise<readonly { id: number; name: string }[]>;
  /** Authors who call themselves otherwise than by their user name, as it was within the last ten seconds: the same list while nothing changes. */
  authors(): Promise<readonly NamedAuthor[]>;
}

export interface NamedAuthor {
  /** In lower case. */
  username: string;
  /** Display name. */
  name: string;
}

interface Row {
  id: string;
  version: number;
  title: string;
  content: string;
  author: string;
  byline: string[];
  tags: string[];
  tag_slugs: string[];
  category_id: string;
  created_at: Date;
  lang: string | null;
}

interface ListedRow extends Pick<Row, 'id' | 'title' | 'author' | 'byline' | 'tags' | 'created_at' | 'lang'> {
  slug: string;
  excerpt: string;
  published_at: Date;
  updated_at: Date;
  cover: string | null;
  cover_alt: string;
  category_id: string;
  category_name: string;
  category_slug: string;
  category_color: string;
}

/** Names change seldom, and there can be many. */
const namesKnownMs = 10_000;

/** By the functions that posts, categories and auth publish in the database (015-searched.sql, 018-cover.sql and 032-authors.sql, 008-searched.sql, 024-display-names.sql). */
export function publishedPosts(sql: Sql): PublishedPosts {
  let known: { until: number; authors: Promise<readonly NamedAuthor[]> } | undefined;
  let latest: readonly NamedAuthor[] = [];
  const readAuthors = async (): Promise<readonly NamedAuthor[]> => {
    const authors = await sql<NamedAuthor[]>`
      SELECT lower(username) AS username, display_name AS name FROM auth.display_names(ARRAY(SELECT posts.authors())) ORDER BY 1`;
    const isSame = ({ username, name }: NamedAuthor, i: number) =>
      latest[i]?.username === username && latest[i].name === name;
    if (authors.length !== latest.length || !authors.every(isSame)) latest = authors;
    return latest;
  };
  return {
    async read(ids, tx) {
      // Whoever comes second reads what the first could not see yet, so that the newest state is kept last.
      await tx`SELECT pg_advisory_xact_lock(hashtextextended('dormouse.search.post', id)) FROM unnest(${ids as number[]}::bigint[]) AS id ORDER BY id`;
      return (await tx<Row[]>`SELECT * FROM posts.searched(${ids as number[]}::bigint[])`).map(toPost);
    },
    idsAfter: async (id, most) =>
      (await sql<{ id: string }[]>`SELECT * FROM posts.searched_after(${id}::bigint, ${most}) AS id`).map((row) =>
        Number(row.id),
      ),
    async listed(ids) {
      const rows =
        ids.length === 0
          ? []
          : await sql<ListedRow[]>`SELECT * FROM posts.listed_with_covers(${ids as number[]}::bigint[])`;
      return new Map(rows.map((row) => [Number(row.id), toListed(row)]));
    },
    async categoryOf(slug) {
      const [row] = await sql<{ id: string | null }[]>`SELECT categories.find(${slug}) AS id`;
      return row?.id == null ? undefined : Number(row.id);
    },
    categories: async () =>
      (await sql<{ id: string; name: string }[]>`SELECT id, name FROM categories.names()`).map(({ id, name }) => ({
        id: Number(id),
        name,
      })),
    authors() {
      if (known && known.until > Date.now()) return known.authors;
      const authors = readAuthors();
      known = { until: Date.now() + namesKnownMs, authors };
      // Whoever waits is told; the next one asks again.
      authors.catch(() => (known = undefined));
      return authors;
    },
  };
}

const toPost = (row: Row): PublishedPost => ({
  id: Number(row.id),
  version: row.version,
  title: row.title,
  content: row.content,
  author: row.author,
  byline: row.byline,
  tags: row.tags,
  tagSlugs: row.tag_slugs,
  categoryId: Number(row.category_id),
  createdAt: row.created_at,
  lang: row.lang,
});

const toListed = (row: ListedRow): ListedPost => ({
  id: Number(row.id),
  title: row.title,
  slug: row.slug,
  author: row.author,
  byline: row.byline,
  tags: row.tags,
  excerpt: row.excerpt,
  createdAt: row.created_at,
  publishedAt: row.published_at,
  updatedAt: row.updated_at,
  lang: row.lang,
  cover: row.cover,
  coverAlt: row.cover_alt,
  category: {
    id: Number(row.category_id),
    name: row.category_name,
    slug: row.category_slug,
    color: row.category_color,
  },
});
