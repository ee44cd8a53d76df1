import { callService } from '@dormouse/runtime/client';
import { variable } from '@dormouse/runtime/config';
import { serve } from '@dormouse/runtime/serve';
import { accountsAt } from './accounts.ts';
import { createApp } from './app.ts';
import { articles } from './articles.ts';
import { categoriesAt } from './categories.ts';
import { defaultAuthority, feedAuthority } from './feed-authority.ts';
import { formLimit } from './form.ts';
import { mediaIn, mediaLimit } from './media.ts';
import type { CachedPage } from './pages.ts';
import { postsAt } from './posts.ts';

await serve(
  'web',
  ({ config, cache, tokens }) => {
    const { posts, categories, auth } = config.urls;
    if (!posts || !categories || !auth)
      throw new Error('POSTS_URL, CATEGORIES_URL and AUTH_URL must say where the other functions are');
    return createApp({
      posts: postsAt(posts, callService),
      categories: categoriesAt(categories, callService),
      accounts: accountsAt(auth, callService, config.clientAddressHeader, config.clientProof),
      pages: cache<CachedPage>({ name: 'pages', ttlMs: 60_000, max: 500 }),
      articles: articles(cache<string>({ name: 'articles', ttlMs: 86_400_000, max: 50 }), config.version),
      media: mediaIn(variable('MEDIA_DIR')),
      tokens,
      feedAuthority: feedAuthority(variable('FEED_AUTHORITY', defaultAuthority)),
    });
  },
  { database: false, bodyLimit: (method) => (method === 'PUT' ? mediaLimit : formLimit) },
);
