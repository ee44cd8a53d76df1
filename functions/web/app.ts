import { type Env, newApp } from '@dormouse/runtime/app';
import type { Tokens } from '@dormouse/runtime/auth';
import type { Hono } from 'hono';
import type { Accounts } from './accounts.ts';
import type { Articles } from './articles.ts';
import { assets } from './assets.ts';
import type { Categories } from './categories.ts';
import { failures } from './failures.ts';
import { feeds } from './feeds.ts';
import { type Media, mediaFiles } from './media.ts';
import type { Pages } from './pages.ts';
import type { Posts } from './posts.ts';
import { purging } from './purging.ts';
import { reading } from './reading.ts';
import { sessions } from './session.ts';
import { signing } from './signing.ts';
import { writing } from './writing.ts';

export { consumes } from './purging.ts';

/** All of the world that web touches. */
export interface Web {
  posts: Posts;
  categories: Categories;
  accounts: Accounts;
  /** Rendered pages, the same for everybody. */
  pages: Pages;
  /** Rendered Markdown. */
  articles: Articles;
  media: Media;
  tokens: Tokens;
  /** Milliseconds since 1970. */
  now?: () => number;
  newKey?: () => string;
  /** Does something in so many milliseconds. */
  later?: (work: () => void, ms: number) => void;
}

/** The blog's pages. */
export function createApp(web: Web): Hono<Env> {
  const app = newApp();
  const own = sessions(web.accounts, web.now ?? Date.now);
  reading(app, web, own);
  feeds(app, web);
  assets(app);
  signing(app, web, own);
  writing(app, web, own);
  mediaFiles(app, web);
  purging(app, web.pages, web.later);
  failures(app, own);
  return app;
}
