import { bearer, type Call, okResponse } from './upstream.ts';

export interface CategoryRef {
  id: number;
  name: string;
  slug: string;
  /** `#rrggbb` */
  color: string;
}

/** A post as lists show it. */
export interface PostSummary {
  id: number;
  title: string;
  slug: string;
  author: string;
  /** Names as printed; empty when the author's user name says it all. */
  byline?: readonly string[];
  /** RFC 3339 */
  created_at: string;
  updated_at?: string;
  excerpt: string;
  status?: 'draft' | 'published';
  category: CategoryRef;
}

export interface Post extends PostSummary {
  /** Markdown */
  content: string;
  updated_at: string;
  status: 'draft' | 'published';
}

export interface Versioned {
  post: Post;
  /** Strong entity tag; changes with every version of the post. */
  etag: string;
}

/** A page of a list, newest first. Cursors are opaque; one is absent when nothing lies in its direction. */
export interface Listing {
  posts: readonly PostSummary[];
  older?: string;
  newer?: string;
}

export interface ListQuery {
  limit: number;
  after?: string;
  before?: string;
  offset?: number;
  category?: string;
  author?: string;
  status?: 'draft' | 'published';
}

export interface PostInput {
  title: string;
  content: string;
  category_name: string;
  status: 'draft' | 'published';
}

/** What web needs of posts. Every method throws AppError with what posts answered. */
export interface Posts {
  list(query: ListQuery, token?: string): Promise<Listing>;
  /** The post, or the slug it is found under now. 404 when there is none, or none that the token's owner may see. */
  bySlug(slug: string, token?: string): Promise<Versioned | { moved: string }>;
  /** The same key and input make one post, however often they are sent. */
  create(input: PostInput, key: string, token: string): Promise<Post>;
  /** 412 when the post is not at `etag` any more. */
  update(id: number, input: PostInput, etag: string, token: string): Promise<Post>;
  remove(id: number, etag: string, token: string): Promise<void>;
}

/** Posts by HTTP at `url`. */
export function postsAt(url: string, call: Call): Posts {
  const base = `${url}/blog/api/posts`;
  const send = (method: string, path: string, token: string, body: unknown, headers: Record<string, string>) =>
    call(base + path, {
      method,
      headers: { 'content-type': 'application/json', ...bearer(token), ...headers },
      body: JSON.stringify(body),
    });
  return {
    async list(query, token) {
      const response = await okResponse(await call(`${base}?${parameters(query)}`, { headers: bearer(token) }));
      const links = response.headers.get('link') ?? '';
      return {
        posts: (await response.json()) as PostSummary[],
        ...cursor('older', links, 'next', 'after'),
        ...cursor('newer', links, 'prev', 'before'),
      };
    },
    async bySlug(slug, token) {
      const response = await okResponse(
        await call(`${base}/by-slug/${encodeURIComponent(slug)}`, { headers: bearer(token) }),
        [301, 302, 307, 308],
      );
      const location = response.headers.get('location');
      if (!response.ok) return { moved: decodeURIComponent(location?.split('/').pop() ?? '') };
      return { post: (await response.json()) as Post, etag: response.headers.get('etag') ?? '' };
    },
    async create(input, key, token) {
      const response = await okResponse(await send('POST', '', token, input, { 'idempotency-key': key }));
      return (await response.json()) as Post;
    },
    async update(id, input, etag, token) {
      const response = await okResponse(await send('PATCH', `/${id}`, token, input, etag ? { 'if-match': etag } : {}));
      return (await response.json()) as Post;
    },
    async remove(id, etag, token) {
      await okResponse(
        await call(`${base}/${id}`, {
          method: 'DELETE',
          headers: { ...bearer(token), ...(etag && { 'if-match': etag }) },
        }),
      );
    },
  };
}

const parameters = (query: ListQuery): string =>
  new URLSearchParams(
    Object.entries(query)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, String(value)]),
  ).toString();

/** A cursor out of a Link header (RFC 8288). */
function cursor<K extends 'older' | 'newer'>(
  name: K,
  links: string,
  rel: string,
  parameter: string,
): { [P in K]?: string } {
  const target = new RegExp(`<([^>]*)>\\s*;[^,<]*rel="?${rel}"?`).exec(links)?.[1];
  const value = target && new URL(target, 'http://posts').searchParams.get(parameter);
  return value ? ({ [name]: value } as { [P in K]: string }) : {};
}
