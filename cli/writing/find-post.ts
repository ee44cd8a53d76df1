import type { api } from '@dormouse/posts/api';
import { apiClient } from '@dormouse/runtime/api-client';
import type { Post } from '../blog-folder/fields.ts';
import { CommandError } from '../command-error.ts';
import { localTime } from '../terminal.ts';
import { type BlogConnection, Refusal, succeeded } from './blog-connection.ts';
import type { PostName } from './post-name.ts';

/** The post and its entity tag. @throws CommandError when there is none that the token may see */
export async function findPost(blog: BlogConnection, name: PostName): Promise<{ post: Post; etag: string }> {
  const posts = apiClient<typeof api>(blog.send);
  try {
    const found = succeeded(
      'id' in name
        ? await posts('GET /blog/api/posts/:id', { params: name })
        : await posts('GET /blog/api/posts/by-slug/:slug', { params: name }),
    );
    if (found.status === 200) return { post: found.body, etag: found.headers.get('etag') ?? '' };
    // It has another slug now.
    const slug = /\/by-slug\/([^/?#]+)$/.exec(found.headers.get('location') ?? '')?.[1];
    if (slug !== undefined && 'slug' in name && decodeURIComponent(slug) !== name.slug)
      return await findPost(blog, { slug: decodeURIComponent(slug) });
  } catch (error) {
    if (!(error instanceof Refusal) || error.response.status !== 404) throw error;
  }
  const called = 'id' in name ? String(name.id) : name.slug;
  throw new CommandError(
    `${blog.url} has no post ${called}${blog.hasToken ? ' that you may see' : '; drafts are shown to who is logged in'}`,
  );
}

/** Where readers find a post. */
export const pageOf = ({ url }: Pick<BlogConnection, 'url'>, { slug }: Pick<Post, 'slug'>): string =>
  `${url}/blog/posts/${encodeURIComponent(slug)}`;

/** What a post is to its readers. */
export const stateOf = ({ status, published_at }: Pick<Post, 'status' | 'published_at'>): string =>
  status === 'published' ? 'published' : published_at ? `scheduled for ${localTime(published_at)}` : 'draft';
