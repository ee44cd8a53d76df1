import { serve } from '@dormouse/runtime/serve';
import { createApp } from './app.ts';
import { filling } from './filling.ts';
import { postgresStore } from './postgres-store.ts';
import { publishedPosts } from './published-posts.ts';

await serve('search', ({ sql, outbox, log }) => {
  const [posts, store] = [publishedPosts(sql), postgresStore(sql)];
  return createApp({
    posts,
    store,
    filling: filling({ sql, store, posts, failed: (error) => log.error({ error }, 'posts could not be read') }),
    outbox,
  });
});
