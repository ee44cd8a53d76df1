import { serve } from '@dormouse/runtime/serve';
import { createApp } from './app.ts';
import { openCategories } from './store.ts';
import { verificationMetrics } from './verification-metrics.ts';

await serve('categories', ({ sql, outbox, tokens, limiter, cache }) => {
  const categories = openCategories({ sql, outbox });
  verificationMetrics(categories);
  return createApp({
    categories,
    tokens,
    limiter,
    outbox,
    cache: cache({ name: 'categories', ttlMs: 60_000, max: 200 }),
  });
});
