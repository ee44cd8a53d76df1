import { hash } from 'node:crypto';
import type { DataOf } from '@dormouse/events/contract';
import type { postCreated } from '@dormouse/events/post';

export interface Category {
  id: number;
  version: number;
  name: string;
  slug: string;
  /** `#rrggbb`; white text is readable on it. */
  color: string;
}

export type Status = 'draft' | 'published';

/** A post as lists need it. */
export interface Summary {
  id: number;
  version: number;
  authorId: number;
  author: string;
  /** Names as printed, of an imported post. */
  byline: readonly string[];
  title: string;
  slug: string;
  excerpt: string;
  status: Status;
  category: Category;
  createdAt: Date;
  updatedAt: Date;
}

export interface Post extends Summary {
  /** Markdown. */
  content: string;
}

/** What is sent for a request: final bytes, made once and kept. */
export interface Answer {
  etag: string;
  body: string;
}

/** An item of a list. */
export const summaryView = ({
  id,
  title,
  slug,
  author,
  createdAt,
  excerpt,
  category,
  byline,
  status,
  updatedAt,
}: Summary) => ({
  id,
  title,
  slug,
  author,
  created_at: createdAt.toISOString(),
  excerpt,
  category: { id: category.id, name: category.name, slug: category.slug, color: category.color },
  byline,
  status,
  updated_at: updatedAt.toISOString(),
});

/** One post with its text; the answer of GET, POST and PATCH alike. */
export const answerOf = (post: Post): Answer => ({
  etag: etagOf(post),
  body: JSON.stringify({ ...summaryView(post), version: post.version, content: post.content }),
});

/** Strong: the category's version is part of it, because a renamed category changes what the post's answer says. */
export const etagOf = ({ id, version, category }: Summary): string =>
  `"${id}-${version}-${category.id}.${category.version}"`;

/** Strong entity tag of any other answer. */
export const digestOf = (body: string): string => `"${hash('sha256', body, 'base64url').slice(0, 27)}"`;

/** The post as its events tell it. */
export const snapshot = ({
  id,
  version,
  slug,
  title,
  author,
  status,
  category,
  createdAt,
  updatedAt,
}: Summary): DataOf<typeof postCreated> => ({
  id,
  version,
  slug,
  title,
  author,
  status,
  category: { id: category.id, name: category.name, slug: category.slug },
  created_at: createdAt.toISOString(),
  updated_at: updatedAt.toISOString(),
});
