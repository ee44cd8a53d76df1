import type { Tokens } from '@dormouse/runtime/auth';
import type { Limiter } from '@dormouse/runtime/limiter';
import type { Outbox } from '@dormouse/runtime/outbox';
import type { Context } from 'hono';
import type { Moderation } from './blocks.ts';
import type { Comments } from './store.ts';

/** All of the world that comments touches. */
export interface Dependencies {
  comments: Comments;
  moderation: Moderation;
  outbox: Outbox;
  tokens: Tokens;
  limiter: Limiter;
  /** The client's address. */
  address: (c: Context) => string;
  /** Milliseconds since 1970. */
  now?: () => number;
}
