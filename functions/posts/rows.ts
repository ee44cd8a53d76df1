import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import type { Category, Post, Status, Summary } from './post.ts';

/** Columns as `summaryColumns` names them; bigints arrive as text. */
export interface SummaryRow {
  id: string;
  version: number;
  author_id: string;
  author: string;
  byline: string[];
  title: string;
  slug: string;
  excerpt: string;
  status: Status;
  created_at: Date;
  updated_at: Date;
  category_id: string;
  category_version: number;
  category_name: string;
  category_slug: string;
  category_color: string;
}

export type PostRow = SummaryRow & { content: string };

/** Columns of a row source `p` joined with `c`, an answer of categories.named or categories.get_or_create. */
export const summaryColumns = (sql: Sql | Tx) => sql`
  p.id, p.version, p.author_id, p.author, p.byline, p.title, p.slug, p.excerpt, p.status, p.created_at, p.updated_at,
  c.id AS category_id, c.version AS category_version, c.name AS category_name, c.slug AS category_slug, c.color AS category_color`;

export const toSummary = (row: SummaryRow): Summary => ({
  id: Number(row.id),
  version: row.version,
  authorId: Number(row.author_id),
  author: row.author,
  byline: row.byline,
  title: row.title,
  slug: row.slug,
  excerpt: row.excerpt,
  status: row.status,
  category: categoryOf(row),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

export const toPost = (row: PostRow): Post => ({ ...toSummary(row), content: row.content });

const categoryOf = (row: SummaryRow): Category => ({
  id: Number(row.category_id),
  version: row.category_version,
  name: row.category_name,
  slug: row.category_slug,
  color: row.category_color,
});
