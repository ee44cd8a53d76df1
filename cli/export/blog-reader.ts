import type { api as accountsApi } from '@dormouse/auth/api';
import type { api as postsApi } from '@dormouse/posts/api';
import { apiClient } from '@dormouse/runtime/api-client';
import { pictureType } from '@dormouse/runtime/picture-type';
import { type ApiResponse, type Client, problemOf } from '../api-client.ts';
import type { Post } from '../blog-folder/fields.ts';
import type { BlogSettings } from '../blog-folder/layout.ts';
import { hashIn, isServed } from '../blog-folder/picture-address.ts';
import { CommandError } from '../command-error.ts';

/** A post as lists name it. */
export interface Listed {
  readonly id: number;
  readonly author: string;
  readonly category: { readonly slug: string; readonly name: string };
  /** How many older ones of the list are of the same moment. */
  readonly order: number;
}

/** Reads a blog through its public API, as far as the token may see it. */
export interface BlogReader {
  /** Undefined where nobody has set the blog up. */
  settings(): Promise<BlogSettings | undefined>;
  /** Published posts and, with a token, drafts that it may see; newest first. */
  list(): Promise<Listed[]>;
  /** Paths that posts had elsewhere, by the posts' ids; undefined for who may not read them. */
  addresses(): Promise<Map<number, string[]> | undefined>;
  /** Undefined for one that is gone meanwhile. */
  post(id: number): Promise<Post | undefined>;
  /** The name under which somebody is shown; the user name where there is no such account any more. */
  displayName(username: string): Promise<string>;
  /** Media type; undefined for one that is not there. */
  pictureType(address: string): Promise<string | undefined>;
  /** Undefined for one that is not there. */
  picture(address: string): Promise<{ bytes: Buffer<ArrayBuffer>; type: string } | undefined>;
  /** What was uploaded, of a picture that media serves in other forms; undefined for who may not read it. */
  original(address: string): Promise<{ bytes: Buffer<ArrayBuffer>; type: string } | undefined>;
}

const pageSize = 100;

/** @throws CommandError for a token that is not accepted, and an answer that is none */
export function blogReader(client: Client, { withDrafts }: { withDrafts: boolean }): BlogReader {
  const posts = apiClient<typeof postsApi>(client.send);
  const auth = apiClient<typeof accountsApi>(client.send);

  const listOf = async (status: 'published' | 'draft', kind?: 'page'): Promise<Listed[]> => {
    const found: Found[] = [];
    let after: string | undefined;
    do {
      const page = await posts('GET /blog/api/posts', {
        query: { limit: pageSize, status, ...(kind ? { kind } : {}), ...(after ? { after } : {}) },
      });
      if (page.status !== 200) return refuse('the list of posts', page);
      for (const { id, author, category, created_at } of page.body)
        found.push({ id, author, category: { slug: category.slug, name: category.name }, created_at });
      after = /[?&]after=([^&>]+)[^>]*>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
      if (after) after = decodeURIComponent(after);
    } while (after);
    return ordered(found);
  };

  return {
    async settings() {
      const response = await auth('GET /api/settings', {});
      if (response.status !== 200) return refuse('the settings of the blog', response);
      // Pictures of the blog stay with it: another one has not these.
      const { version, set_up, logo, icon, ...settings } = response.body;
      return set_up ? settings : undefined;
    },
    async list() {
      const published = await listOf('published');
      const known = new Set(published.map(({ id }) => id));
      // A blog of a release that knows no pages lists its posts again.
      const pages = (await listOf('published', 'page')).filter(({ id }) => !known.has(id));
      return [...published, ...pages, ...(withDrafts ? await listOf('draft') : [])];
    },
    async addresses() {
      const all = new Map<number, string[]>();
      for (let after = ''; ; ) {
        const page = await posts('GET /blog/api/posts/addresses', { query: { after } });
        if (page.status === 403) return undefined;
        if (page.status !== 200) return refuse('the old addresses of posts', page);
        for (const { path, post_id } of page.body) all.set(post_id, [...(all.get(post_id) ?? []), path]);
        const last = page.body.at(-1);
        if (last === undefined) return all;
        after = last.path;
      }
    },
    async post(id) {
      const response = await posts('GET /blog/api/posts/:id', { params: { id } });
      if (response.status === 404) return undefined;
      return response.status === 200 ? response.body : refuse(`post ${id}`, response);
    },
    async displayName(username) {
      const response = await auth('GET /api/users/:name', { params: { name: username } });
      if (response.status === 404) return username;
      return response.status === 200 ? response.body.display_name : refuse(`the account ${username}`, response);
    },
    async pictureType(address) {
      const response = await client.send('HEAD', address);
      return response.status === 200 ? (response.headers.get('content-type') ?? '') : undefined;
    },
    async picture(address) {
      const response = await client.download(address);
      if (response.status === 404) return undefined;
      if (response.status !== 200) return refuse(address, { ...response, body: undefined });
      return { bytes: response.bytes, type: response.headers.get('content-type') ?? '' };
    },
    async original(address) {
      if (!withDrafts || !isServed(address)) return undefined;
      const { status, bytes } = await client.download(`/blog/api/media/${hashIn(address)}/original`);
      return status === 200 ? { bytes, type: pictureType(bytes) ?? '' } : undefined;
    },
  };
}

type Found = Omit<Listed, 'order'> & { readonly created_at: string };

/** Posts of one moment stand in lists by their ids, which an import gives anew. */
function ordered(newestFirst: readonly Found[]): Listed[] {
  const listed: Listed[] = [];
  let order = 0;
  for (let at = newestFirst.length - 1; at >= 0; at--) {
    const { created_at, ...one } = newestFirst[at]!;
    order = newestFirst[at + 1]?.created_at === created_at ? order + 1 : 0;
    listed.push({ ...one, order });
  }
  return listed.reverse();
}

function refuse(what: string, response: Pick<ApiResponse, 'status' | 'headers' | 'body'>): never {
  if (response.status === 401)
    throw new CommandError('the token is not accepted (401): it has expired, or another platform signed it');
  throw new CommandError(`${what} cannot be read: ${problemOf(response)}`);
}
