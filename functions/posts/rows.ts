import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import type { Category, Kind, Post, Status, Summary } from './post.ts';

/** Columns as `ownColumns` names them; bigints arrive as text. */
export interface OwnRow {
  id: string;
  version: number;
  author_id: string;
  author: string;
  byline: string[];
  tags: string[];
  title: string;
  slug: string;
  excerpt: string;
  status: Status;
  kind: Kind;
  lang: string | null;
  cover: string | null;
  cover_alt: string;
  featured: boolean;
  created_at: Date;
  /** Of a draft: when it is going to be published. */
  published_at: Date | null;
  updated_at: Date;
}

/** Columns as `summaryColumns` names them. */
export interface SummaryRow extends OwnRow {
  category_id: string;
  category_version: number;
  category_name: string;
  category_slug: string;
  category_color: string;
}

export type PostRow = SummaryRow & TextRow;

/** What lists do without. */
export interface TextRow {
  content: string;
  summary: string;
}

/** Columns of a row source `p`: of a post without its category. */
export const ownColumns = (sql: Sql | Tx) => selected(sql, own);

/** Columns of a row source `p` joined with `c`, an answer of categories.named or categories.get_or_create. */
export const summaryColumns = (sql: Sql | Tx) => selected(sql, columns);

const own: Record<keyof OwnRow, string> = {
  id: 'p.id',
  version: 'p.version',
  author_id: 'p.author_id',
  author: 'p.author',
  byline: 'p.byline',
  tags: 'p.tags',
  title: 'p.title',
  slug: 'p.slug',
  excerpt: 'p.excerpt',
  status: 'p.status',
  kind: `CASE WHEN p.is_page THEN 'page' ELSE 'post' END`,
  lang: 'p.lang',
  cover: 'p.cover',
  cover_alt: 'p.cover_alt',
  featured: 'p.featured',
  created_at: 'p.created_at',
  published_at: `CASE p.status WHEN 'published' THEN coalesce(p.published_at, p.created_at) ELSE p.publish_at END`,
  updated_at: 'p.updated_at',
};
const columns: Record<keyof SummaryRow, string> = {
  ...own,
  category_id: 'c.id',
  category_version: 'c.version',
  category_name: 'c.name',
  category_slug: 'c.slug',
  category_color: 'c.color',
};
const selected = (sql: Sql | Tx, all: Readonly<Record<string, string>>) =>
  sql.unsafe(
    Object.entries(all)
      .map(([name, column]) => `${column} AS ${name}`)
      .join(', '),
  ) as unknown as ReturnType<Sql>;

/** A post without its category. */
export const toOwn = (row: OwnRow): Omit<Summary, 'category'> => ({
  id: Number(row.id),
  version: row.version,
  authorId: Number(row.author_id),
  author: row.author,
  byline: row.byline,
  tags: row.tags,
  title: row.title,
  slug: row.slug,
  excerpt: row.excerpt,
  status: row.status,
  kind: row.kind,
  lang: row.lang,
  cover: row.cover,
  coverAlt: row.cover_alt,
  featured: row.featured,
  createdAt: row.created_at,
  publishedAt: row.published_at,
  updatedAt: row.updated_at,
});

export const toSummary = (row: SummaryRow): Summary => ({ ...toOwn(row), category: categoryOf(row) });

export const toPost = (row: PostRow): Post => ({
  ...toSummary(row),
  content: row.content,
  summary: row.summary,
});

const categoryOf = (row: SummaryRow): Category => ({
  id: Number(row.category_id),
  version: row.category_version,
  name: row.category_name,
  slug: row.category_slug,
  color: row.category_color,
});
