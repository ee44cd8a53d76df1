import { hash } from 'node:crypto';
import { postDeleted, postPublished, postUnpublished, postUpdated } from '@dormouse/events/post';
import { nothingLeft, type ResponseOf } from '@dormouse/runtime/api';
import { check, newApp } from '@dormouse/runtime/app';
import { measure } from '@dormouse/runtime/measure';
import type { Outbox } from '@dormouse/runtime/outbox';
import { onTogether, receive } from '@dormouse/runtime/receive';
import { represent } from '@dormouse/runtime/representation';
import { metrics } from '@dormouse/signals/metrics';
import { api } from './api.ts';
import { documentOf } from './document.ts';
import type { Filling } from './filling.ts';
import type { ListedPost, PublishedPosts } from './published-posts.ts';
import { type Results, searcher } from './results.ts';
import type { SearchStore } from './store.ts';

export interface Dependencies {
  posts: PublishedPosts;
  store: SearchStore;
  filling: Filling;
  outbox: Outbox;
}

const { path, query: searchQuery } = api.search;
/** For so long a first search waits for posts that were there before search was. */
const patienceMs = 1500;
/** Posts that are read and kept in one transaction: texts may be long. */
const postsAtOnce = 16;
/** A post that is published when it is made is told of as published, too. */
const consumed = [postUpdated, postPublished, postUnpublished, postDeleted];

export function createApp({ posts, store, filling, outbox }: Dependencies) {
  // An event says only that something happened to a post: what is kept is how the post is by now, so that order does not matter.
  const handlers = onTogether(consumed, async (events, tx) => {
    const ids = [...new Set(events.map(({ data }) => data.id))];
    const published = await posts.read(ids, tx);
    const gone = new Set(ids);
    for (const { id } of published) gone.delete(id);
    if (published.length > 0) await store.put(published.map(documentOf), tx);
    if (gone.size > 0) await store.remove([...gone], tx);
  });
  const search = searcher({ posts, store });

  return newApp()
    .post('/events', receive({ outbox, handlers, groups: { most: postsAtOnce } }))
    .get(path, async (c) => {
      const query = check(searchQuery, Object.fromEntries(new URL(c.req.url).searchParams));
      await filling.whole(patienceMs);
      const results = await search(query);
      if (query.after === undefined)
        measure(metrics.searches, 1, { 'dormouse.search.outcome': results.posts.length > 0 ? 'found' : 'nothing' });
      const body = JSON.stringify(results.posts.map(view));
      const link = linksOf(new URL(c.req.url).searchParams, results);
      const fields = {
        // As lists: a reader sees a change at once, and pays nothing for what has not changed.
        'cache-control': 'no-cache',
        ...(results.count !== undefined && { 'x-total-count': results.count }),
        ...(link && { link }),
      };
      return represent(c, { etag: etagOf(body + JSON.stringify(fields)), body }, fields);
    });
}

const etagOf = (text: string): string => `"${hash('sha256', text, 'base64url').slice(0, 27)}"`;

const kept = ['q', 'limit', 'category', 'tag', 'author', 'from', 'until'];

/** The same search from another page on, or with other words. */
function linkOf(query: URLSearchParams, rel: string, changed: Record<string, string>): string {
  const parameters = new URLSearchParams(
    kept.flatMap((name) => (query.get(name) ? [[name, query.get(name) as string]] : [])),
  );
  for (const [name, value] of Object.entries(changed)) parameters.set(name, value);
  return `<${path}?${parameters}>; rel="${rel}"`;
}

function linksOf(query: URLSearchParams, { next, suggestion }: Results): string | undefined {
  if (next !== undefined) return linkOf(query, 'next', { after: next });
  return suggestion === undefined ? undefined : linkOf(query, 'related', { q: suggestion });
}

function view({ highlight, ...post }: ListedPost & { highlight: string }): ResponseOf<typeof api.search, 200>[number] {
  const {
    id,
    title,
    slug,
    author,
    excerpt,
    tags,
    byline,
    category,
    createdAt,
    publishedAt,
    updatedAt,
    lang,
    cover,
    coverAlt,
    ...unanswered
  } = post;
  nothingLeft(unanswered);
  return {
    id,
    title,
    slug,
    author,
    created_at: createdAt.toISOString(),
    excerpt,
    category,
    tags,
    byline,
    status: 'published',
    published_at: publishedAt.toISOString(),
    updated_at: updatedAt.toISOString(),
    kind: 'post',
    lang,
    cover,
    cover_alt: coverAlt,
    highlight,
  };
}
