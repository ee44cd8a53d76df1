import { serve } from '@dormouse/runtime/serve';
import { createApp } from './app.ts';
import { authorsAt } from './authors.ts';
import { bodyLimit } from './new-post.ts';
import { openPosts } from './store.ts';

const build: Parameters<typeof serve>[1] = ({ config, sql, outbox, tokens, limiter, cache }) =>
  createApp({
    posts: openPosts({ sql, outbox }),
    tokens,
    limiter,
    outbox,
    findAuthor: authorsAt(config.urls.auth ?? ''),
    lists: cache({ name: 'posts:lists', ttlMs: 60_000, max: 200 }),
    bodies: cache({ name: 'posts:answers', ttlMs: 60_000, max: 500 }),
  });

await serve('posts', build, { bodyLimit });
