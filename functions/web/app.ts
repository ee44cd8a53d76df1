import { type Env, newApp } from '@dormouse/runtime/app';
import type { Hono } from 'hono';
import { account } from './account.ts';
import { assets } from './assets.ts';
import { blogSettings } from './blog-settings-form.ts';
import { deleting } from './deleting.ts';
import type { Web } from './dependencies.ts';
import { docs } from './docs.ts';
import { errorHandlers } from './error-handlers.ts';
import { feeds } from './feeds.ts';
import { joining } from './joining.ts';
import { managingPeople } from './managing-people.ts';
import { mediaFiles } from './media.ts';
import { ownPosts } from './own-posts.ts';
import { purging } from './purging.ts';
import { reading } from './reading.ts';
import { restoring } from './restoring.ts';
import { revising } from './revising.ts';
import { searching } from './searching.ts';
import { sessions } from './session.ts';
import { settingUp } from './setting-up.ts';
import { signing } from './signing.ts';
import { writing } from './writing.ts';

/** The blog's pages. */
export function createApp(web: Web): Hono<Env> {
  const app = newApp();
  const own = sessions(web.accounts, web.now ?? Date.now);
  reading(app, web, own);
  searching(app, web, own);
  feeds(app, web);
  assets(app);
  docs(app, web);
  signing(app, web, own);
  account(app, web, own);
  writing(app, web, own);
  ownPosts(app, web, own);
  deleting(app, web, own);
  restoring(app, web, own);
  revising(app, web, own);
  blogSettings(app, web, own);
  managingPeople(app, web, own);
  joining(app, web, own);
  settingUp(app, web, own);
  mediaFiles(app, web);
  purging(app, web, web.later);
  errorHandlers(app, web, own);
  return app;
}
