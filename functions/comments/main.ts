import { clientAddress } from '@dormouse/runtime/address';
import { serve } from '@dormouse/runtime/serve';
import { createApp } from './app.ts';
import { openModeration } from './blocks.ts';
import { openComments } from './store.ts';

await serve('comments', ({ sql, outbox, tokens, limiter }) =>
  createApp({
    comments: openComments(sql, outbox),
    moderation: openModeration(sql),
    outbox,
    tokens,
    limiter,
    address: clientAddress,
  }),
);
