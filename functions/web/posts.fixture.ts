import { fail } from '@dormouse/runtime/errors';
import { aPost } from './app.fixture.ts';
import type { Post, PostInput } from './posts.ts';

/** Posts that count versions and remember keys, as the real ones do. */
export function fakePosts() {
  const stored = new Map<number, Post>();
  const keys = new Map<string, { input: string; id: number; etag: string }>();
  let ids = 0;
  const etag = ({ id, version }: Post) => `"${id}-${version}-1.1"`;
  const kept = (input: PostInput) => ({
    title: input.title.trim(),
    content: input.content.trim(),
    status: input.published_at ? ('draft' as const) : input.status,
    ...(input.published_at && { published_at: input.published_at }),
    kind: input.kind ?? ('post' as const),
    category: { id: 1, name: input.category_name, slug: 'c', color: '#123456' },
    tags: [...(input.tags ?? [])],
    lang: input.lang ?? null,
  });
  return {
    stored,
    make: (content: string) => {
      const post = aPost({ id: ++ids, slug: `p-${ids}`, title: 'Title', status: 'draft', content });
      stored.set(post.id, post);
      return post;
    },
    bySlug: async (slug: string) => {
      const post = [...stored.values()].find((each) => each.slug === slug) ?? fail('not_found', 'There is none.');
      return { post, etag: etag(post) };
    },
    create: async (input: PostInput, key: string) => {
      const known = keys.get(key);
      if (known && known.input !== JSON.stringify(input)) fail('idempotency_mismatch', 'Another text.');
      if (known) return { post: stored.get(known.id) as Post, etag: known.etag };
      const post = aPost({ id: ++ids, slug: `p-${ids}`, ...kept(input) });
      stored.set(post.id, post);
      keys.set(key, { input: JSON.stringify(input), id: post.id, etag: etag(post) });
      return { post, etag: etag(post) };
    },
    update: async (id: number, input: PostInput, given: string) => {
      const post = stored.get(id) ?? fail('not_found', 'There is none.');
      if (given !== etag(post)) fail('precondition_failed', 'It was changed.');
      const changed = { ...post, ...kept(input), version: post.version + 1 };
      stored.set(id, changed);
      return { post: changed, etag: etag(changed) };
    },
  };
}
