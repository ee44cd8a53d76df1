import { serve } from '@dormouse/runtime/serve';
import { createApp, type Moved } from './app.ts';
import { authorsAt } from './authors.ts';
import { openDeletedPosts } from './deleted-store.ts';
import { bodyLimit } from './new-post.ts';
import type { ListBody } from './page.ts';
import type { CachedBody } from './post.ts';
import { openPosts } from './store.ts';

/** UTF-16 units of all bodies that are kept in this process, for lists and for posts. */
const maxLength = 4 * 1024 * 1024;

const build: Parameters<typeof serve>[1] = ({ config, sql, outbox, tokens, limiter, cache }) =>
  createApp({
    posts: openPosts({ sql, outbox }),
    deleted: openDeletedPosts(sql),
    tokens,
    limiter,
    outbox,
    findAuthor: authorsAt(config.urls.auth ?? ''),
    lists: cache<ListBody>({
      name: 'posts:lists',
      ttlMs: 60_000,
      max: 200,
      lengthOf: ({ body }) => body.length,
      maxLength,
    }),
    bodies: cache<CachedBody | Moved>({
      name: 'posts:answers',
      ttlMs: 60_000,
      max: 500,
      lengthOf: (kept) => ('body' in kept ? kept.body.length : 0),
      maxLength,
    }),
  });

await serve('posts', build, { bodyLimit });
