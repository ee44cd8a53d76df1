import type { api } from '@dormouse/posts/api';
import type { BodyOf, Every, QueryOf, ResponseOf } from '@dormouse/runtime/api';
import { apiClient } from '@dormouse/runtime/api-client';
import { cursorIn, nextIdIn } from './link-header.ts';
import { type Call, okResponse, senderTo } from './upstream.ts';

/** A post as lists show it. */
export type PostSummary = ResponseOf<typeof api.list, 200>[number];
export type Post = ResponseOf<typeof api.get, 200>;
export type Revision = ResponseOf<typeof api.revisions, 200>[number];
/** With its text. */
export type FullRevision = ResponseOf<typeof api.revision, 200>;
/** A deleted one that can be restored. */
export type DeletedPost = ResponseOf<typeof api.deleted, 200>[number];
export type WholeDeletedPost = ResponseOf<typeof api.ownDeleted, 200>[number];
export type PostCounts = ResponseOf<typeof api.counts, 200>;
export type CountsQuery = QueryOf<typeof api.counts>;
export type CategoryRef = Post['category'];
export type Month = ResponseOf<typeof api.months, 200>[number];
/** What stands before and after a post in the list of all. */
export type Neighbours = ResponseOf<typeof api.neighbours, 200>;
export type Tag = ResponseOf<typeof api.tags, 200>[number];
/** Every field that an author writes. */
export type PostInput = Every<BodyOf<typeof api.create>> & { status: Post['status'] };
export type ListQuery = Omit<QueryOf<typeof api.list>, 'limit' | 'offset'> & { limit: number; offset?: number };

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

/** A page of the deleted ones, the last deleted first. */
export interface DeletedListing {
  posts: readonly DeletedPost[];
  /** Opaque; absent at the end. */
  older?: string;
}

export interface OwnPosts<P = Post> {
  posts: readonly P[];
  /** Id after which the next page begins. */
  next?: number;
}

/** What web needs of posts. Every method throws AppError with what posts answered. */
export interface Posts {
  list(query: ListQuery, token?: string): Promise<Listing>;
  /** By state, of what the token's owner may change. */
  counts(query: CountsQuery, token: string): Promise<PostCounts>;
  /** Those of published posts. */
  tags(): Promise<readonly Tag[]>;
  /** 404 for what is no published post. */
  neighbours(id: number): Promise<Neighbours>;
  /** Those of published posts, newest first. */
  months(timeZone: string): Promise<readonly Month[]>;
  /** The post, or the slug it is found under now. 404 when there is none, or none that the token's owner may see. */
  bySlug(slug: string, token?: string): Promise<Versioned | { moved: string }>;
  /** A post, a draft too, by the key of its preview. */
  byPreview(key: string): Promise<Versioned>;
  /** The key of a post's preview; null without one. */
  preview(id: number, token: string): Promise<string | null>;
  makePreview(id: number, token: string): Promise<void>;
  endPreview(id: number, token: string): Promise<void>;
  /** A page of the posts of the token's owner, whole, drafts too. @param after id that the page before ended with */
  own(after: number, token: string): Promise<OwnPosts>;
  /** The same key and input make one post, however often they are sent. */
  create(input: PostInput, key: string, token: string): Promise<Versioned>;
  /** 412 when the post is not at `etag` any more. */
  update(id: number, input: PostInput, etag: string, token: string, isAutosave?: boolean): Promise<Versioned>;
  remove(id: number, etag: string, token: string): Promise<void>;
  /** Those that the token's owner may restore. @param after where the page before ended */
  deleted(after: string | undefined, token: string): Promise<DeletedListing>;
  /** A page of the deleted posts of the token's owner, whole. @param after id that the page before ended with */
  ownDeleted(after: number, token: string): Promise<OwnPosts<WholeDeletedPost>>;
  /** 404 when it cannot be restored any more. */
  restore(id: number, token: string): Promise<Post>;
  /** Ends the time in which it can be restored. */
  forget(id: number, token: string): Promise<void>;
  /** Newest first. */
  revisions(id: number, token: string): Promise<readonly Revision[]>;
  revision(id: number, version: number, token: string): Promise<FullRevision>;
}

/** Posts by HTTP at `url`. */
export function postsAt(url: string, call: Call): Posts {
  const client = apiClient<typeof api>(senderTo(url, call));
  return {
    async list(query, token) {
      const response = okResponse(await client('GET /blog/api/posts', { query, token }));
      if (response.status !== 200) throw new Error('a list was asked for without an entity tag');
      const [older, newer] = [cursorIn(response.headers), cursorIn(response.headers, 'prev', 'before')];
      return { posts: response.body.map(completed), ...(older && { older }), ...(newer && { newer }) };
    },
    async counts(query, token) {
      return okResponse(await client('GET /blog/api/posts/counts', { query, token })).body;
    },
    async tags() {
      return okResponse(await client('GET /blog/api/posts/tags')).body ?? [];
    },
    async neighbours(id) {
      const { status, body } = okResponse(await client('GET /blog/api/posts/:id/neighbours', { params: { id } }));
      if (status !== 200) throw new Error('neighbours were asked for without an entity tag');
      return body;
    },
    async months(timeZone) {
      return okResponse(await client('GET /blog/api/posts/months', { query: { time_zone: timeZone } })).body ?? [];
    },
    async bySlug(slug, token) {
      const { status, headers, body } = okResponse(
        await client('GET /blog/api/posts/by-slug/:slug', { params: { slug }, token }),
      );
      if (status !== 200) return { moved: decodeURIComponent(headers.get('location')?.split('/').pop() ?? '') };
      return versioned({ headers, body });
    },
    async byPreview(key) {
      return versioned(okResponse(await client('GET /blog/api/posts/previews/:key', { params: { key } })));
    },
    async preview(id, token) {
      return okResponse(await client('GET /blog/api/posts/:id/preview', { params: { id }, token })).body.key;
    },
    async makePreview(id, token) {
      okResponse(await client('PUT /blog/api/posts/:id/preview', { params: { id }, token }));
    },
    async endPreview(id, token) {
      okResponse(await client('DELETE /blog/api/posts/:id/preview', { params: { id }, token }));
    },
    async own(after, token) {
      const { body, headers } = okResponse(await client('GET /blog/api/posts/mine', { query: { after }, token }));
      return { posts: body, ...nextIdIn(headers) };
    },
    async deleted(after, token) {
      const query = { limit: 20, ...(after && { after }) };
      const { body, headers } = okResponse(await client('GET /blog/api/posts/deleted', { query, token }));
      const older = cursorIn(headers);
      return { posts: body, ...(older && { older }) };
    },
    async ownDeleted(after, token) {
      const { body, headers } = okResponse(
        await client('GET /blog/api/posts/mine/deleted', { query: { after }, token }),
      );
      return { posts: body, ...nextIdIn(headers) };
    },
    async restore(id, token) {
      return okResponse(await client('POST /blog/api/posts/:id/restore', { params: { id }, token })).body;
    },
    async forget(id, token) {
      okResponse(await client('DELETE /blog/api/posts/deleted/:id', { params: { id }, token }));
    },
    async create(input, key, token) {
      const headers = { 'idempotency-key': key };
      return versioned(okResponse(await client('POST /blog/api/posts', { body: input, headers, token })));
    },
    async update(id, input, etag, token, isAutosave) {
      const query = isAutosave ? ({ autosave: 'true' } as const) : {};
      const headers = ifMatch(etag);
      return versioned(
        okResponse(await client('PATCH /blog/api/posts/:id', { params: { id }, query, body: input, headers, token })),
      );
    },
    async remove(id, etag, token) {
      okResponse(await client('DELETE /blog/api/posts/:id', { params: { id }, headers: ifMatch(etag), token }));
    },
    async revisions(id, token) {
      return okResponse(await client('GET /blog/api/posts/:id/revisions', { params: { id }, token })).body;
    },
    async revision(id, version, token) {
      const params = { id, version };
      return okResponse(await client('GET /blog/api/posts/:id/revisions/:version', { params, token })).body;
    },
  };
}

const versioned = ({ headers, body }: { headers: Headers; body: Post }): Versioned => ({
  post: { ...completed(body), summary: body.summary ?? '' },
  etag: headers.get('etag') ?? '',
});

/** A response of an earlier release, as caches hold it for a minute, has neither tags, nor a kind, nor a language, nor a cover, nor a summary, nor whether it is featured. */
const completed = <T extends Pick<Post, 'tags' | 'kind' | 'lang' | 'cover' | 'cover_alt' | 'featured'>>(
  post: T,
): T => ({
  ...post,
  tags: post.tags ?? [],
  kind: post.kind ?? 'post',
  lang: post.lang ?? null,
  cover: post.cover ?? null,
  cover_alt: post.cover_alt ?? '',
  featured: post.featured ?? false,
});

const ifMatch = (etag: string): Record<string, string> => (etag ? { 'if-match': etag } : {});
