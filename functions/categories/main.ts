import { serve } from '@dormouse/runtime/serve';
import { createApp } from './app.ts';
import { openCategories } from './store.ts';

await serve('categories', ({ sql, outbox, tokens, limiter, cache }) =>
  createApp({
    categories: openCategories({ sql, outbox }),
    tokens,
    limiter,
    outbox,
    cache: cache({ name: 'categories', ttlMs: 60_000, max: 200 }),
  }),
);
