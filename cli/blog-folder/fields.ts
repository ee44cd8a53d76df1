import type { api } from '@dormouse/posts/api';
import type { Every, ResponseOf, ScopedBodyOf } from '@dormouse/runtime/api';
import { timestamp } from '../import/timestamp.ts';
import { hashIn, servedAddress } from './picture-address.ts';

/** A post as the API answers it. */
export type Post = ResponseOf<typeof api.get, 200>;

/** What an import sends of a post, besides its text and where it comes from. */
export type ImportedFields = Omit<Every<ScopedBodyOf<typeof api.create>>, 'content' | 'source' | 'date'>;

interface Field {
  /** Its name in front matter. */
  readonly key: string;
  /** What stands there; undefined leaves the key out. */
  readonly written: (post: Post) => unknown;
  /** What an import sends for what stands there, undefined where the key is missing. The API's own schema checks it afterwards. */
  readonly read: (value: unknown) => unknown;
}

/**
 * Everything that an exported post's front matter keeps, by its name in the API. Export writes and import reads by this table, and a
 * field that the API takes from an import and this table has not is a type error.
 */
export const postFields = {
  title: { key: 'title', written: ({ title }) => title, read: text },
  slug: { key: 'slug', written: ({ slug }) => slug, read: text },
  created_at: { key: 'date', written: ({ created_at }) => created_at, read: time },
  updated_at: {
    key: 'updated',
    written: ({ created_at, updated_at }) => (updated_at === created_at ? undefined : updated_at),
    read: time,
  },
  author: { key: 'author', written: ({ author }) => author, read: text },
  byline: { key: 'authors', written: ({ byline }) => (byline.length > 0 ? byline : undefined), read: list },
  category_name: { key: 'categories', written: ({ category }) => [category.name], read: first },
  tags: { key: 'tags', written: ({ tags }) => (tags.length > 0 ? tags : undefined), read: list },
  // Only a head that says nothing of drafts, or "false", is of a public post.
  status: {
    key: 'draft',
    written: ({ status }) => (status === 'draft' ? true : undefined),
    read: (value) => (value === undefined || value === false ? 'published' : 'draft'),
  },
  // Since when a post has been public is its date, as far as an import goes.
  published_at: {
    key: 'publish_at',
    written: ({ status, published_at }) => (status === 'draft' && published_at ? published_at : undefined),
    read: time,
  },
  kind: {
    key: 'type',
    written: ({ kind }) => (kind === 'page' ? 'page' : undefined),
    read: (value) => (value === 'page' ? 'page' : undefined),
  },
  summary: { key: 'summary', written: ({ summary }) => summary || undefined, read: text },
  featured: {
    key: 'featured',
    written: ({ featured }) => featured || undefined,
    read: (value) => value ?? undefined,
  },
  lang: { key: 'lang', written: ({ lang }) => lang ?? undefined, read: text },
  // As texts name pictures.
  cover: {
    key: 'cover',
    written: ({ cover }) => (cover ? servedAddress(cover) : undefined),
    read: (value) => (typeof value === 'string' ? hashIn(value) || value : (value ?? undefined)),
  },
  cover_alt: { key: 'cover_alt', written: ({ cover, cover_alt }) => (cover && cover_alt) || undefined, read: text },
} satisfies Record<keyof ImportedFields, Field>;

/** Somebody may have written `title: 2020` by hand. */
function text(value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : (value ?? undefined);
}

/** A moment as the API takes it; by hand it may be a day alone. */
function time(value: unknown): unknown {
  return typeof value === 'string' && !/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)
    ? (timestamp(value) ?? value)
    : (value ?? undefined);
}

function list(value: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  return (Array.isArray(value) ? value : [value]).map(text);
}

function first(value: unknown): unknown {
  return text(Array.isArray(value) ? value[0] : value);
}
