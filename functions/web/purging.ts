import { categoryCreated, categoryDeleted, categoryUpdated } from '@dormouse/events/category';
import { postCreated, postDeleted, postPublished, postUnpublished, postUpdated } from '@dormouse/events/post';
import type { Env } from '@dormouse/runtime/app';
import { on, receive } from '@dormouse/runtime/receive';
import type { Hono } from 'hono';
import { allPages, type Pages } from './pages.ts';

/** Events after which pages look different. */
export const consumes = [postCreated, postUpdated, postPublished, postUnpublished, postDeleted, categoryCreated, categoryUpdated, categoryDeleted] as const;

/**
 * Forgets rendered pages when what they show has changed. There is no inbox, and no database: purging twice does what purging
 * once does.
 */
export function purging(app: Hono<Env>, pages: Pages): void {
  app.post('/events', receive({ handlers: consumes.map((contract) => on(contract, () => pages.purge(allPages))) }));
}
