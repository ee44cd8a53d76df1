import { variable } from '@dormouse/runtime/config';
import { serve } from '@dormouse/runtime/serve';
import type { Sql } from '@dormouse/runtime/sql-types';
import { createApp } from './app.ts';
import { filling } from './filling.ts';
import { postgresStore } from './postgres-store.ts';
import { publishedPosts } from './published-posts.ts';
import type { SearchStore } from './store.ts';

const openSearch = variable('OPENSEARCH_URL', '');
const makeStore = openSearch ? await storeAt(openSearch) : postgresStore;

async function storeAt(url: string): Promise<(sql: Sql) => SearchStore> {
  const { openSearchStore } = await import('./opensearch-store.ts');
  const prefix = variable('OPENSEARCH_PREFIX', 'dormouse-posts');
  return (sql) => openSearchStore({ url, prefix, sql });
}

await serve('search', ({ sql, outbox, log }) => {
  const [posts, store] = [publishedPosts(sql), makeStore(sql)];
  return createApp({
    posts,
    store,
    filling: filling({ sql, store, posts, failed: (error) => log.error({ error }, 'posts could not be read') }),
    outbox,
  });
});
