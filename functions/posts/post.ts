import { hash } from 'node:crypto';
import type { DataOf } from '@dormouse/events/contract';
import type { postCreated } from '@dormouse/events/post';
import { nothingLeft, type ResponseOf } from '@dormouse/runtime/api';
import { keyOf } from '@dormouse/runtime/surrogate-keys';
import type { api } from './api.ts';

export interface Category {
  id: number;
  version: number;
  name: string;
  slug: string;
  /** `#rrggbb`; white text is readable on it. */
  color: string;
}

/** A post as the API tells it, and as its lists do. */
type PostBody = ResponseOf<typeof api.get, 200>;
type PostSummary = ResponseOf<typeof api.list, 200>[number];

export type Status = PostBody['status'];
export type Kind = PostBody['kind'];

/** A post as lists need it. */
export interface Summary {
  id: number;
  version: number;
  authorId: number;
  author: string;
  /** Names as printed, of an imported post. */
  byline: readonly string[];
  tags: readonly string[];
  title: string;
  slug: string;
  excerpt: string;
  status: Status;
  kind: Kind;
  /** Language tag (BCP 47); null: guessed. */
  lang: string | null;
  /** Hash of a picture of media. */
  cover: string | null;
  coverAlt: string;
  /** Whether the front page begins with it. */
  featured: boolean;
  category: Category;
  createdAt: Date;
  /** Of a draft: when it is going to be published. */
  publishedAt: Date | null;
  updatedAt: Date;
}

export interface Post extends Summary {
  /** Markdown. */
  content: string;
  /** Its author's; empty: the excerpt is made of the text. */
  summary: string;
}

/** A response's final bytes, made once and cached. */
export interface CachedBody {
  etag: string;
  body: string;
  /** What it shows, for shared caches. Absent: whatever changes with any post. */
  keys?: readonly string[];
}

/** An item of a list. */
export function summaryView(post: Summary): PostSummary {
  const { version, authorId, createdAt, publishedAt, updatedAt, category, cover, coverAlt, ...others } = post;
  const { id, title, slug, author, excerpt, tags, byline, status, kind, lang, featured, ...unanswered } = others;
  nothingLeft(unanswered);
  return {
    id,
    title,
    slug,
    author,
    created_at: createdAt.toISOString(),
    excerpt,
    category: { id: category.id, name: category.name, slug: category.slug, color: category.color },
    tags,
    byline,
    status,
    published_at: publishedAt?.toISOString() ?? null,
    updated_at: updatedAt.toISOString(),
    kind,
    lang,
    cover,
    cover_alt: coverAlt,
    featured,
  };
}

/** A post with its text. */
export const postView = (post: Post): PostBody => ({
  ...summaryView(post),
  version: post.version,
  content: post.content,
  summary: post.summary,
});

/** One post with its text; the response of GET, POST and PATCH. */
export const cachedBody = (post: Post): CachedBody => ({
  etag: etagOf(post),
  body: JSON.stringify(postView(post)),
  keys: [keyOf.post(post.id), keyOf.category(post.category.id)],
});

/** Strong: the category's version is part of it, because a renamed category changes what the post's answer says. */
export const etagOf = ({ id, version, category }: Summary): string =>
  `"${id}-${version}-${category.id}.${category.version}"`;

/** Strong entity tag of any other answer. */
export const digestOf = (body: string): string => `"${hash('sha256', body, 'base64url').slice(0, 27)}"`;

/** The post as its events contain it. */
export function snapshot(post: Post): DataOf<typeof postCreated> {
  // These are fetched from posts by whoever needs them.
  const { authorId, byline, excerpt, content, summary, publishedAt, lang, cover, coverAlt, ...others } = post;
  const { id, version, slug, title, author, status, kind, category, tags, featured, createdAt, updatedAt, ...untold } =
    others;
  nothingLeft(untold);
  return {
    id,
    version,
    slug,
    title,
    author,
    status,
    kind,
    category: { id: category.id, name: category.name, slug: category.slug },
    tags: [...tags],
    featured,
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  };
}
