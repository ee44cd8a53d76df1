import { blogUpdated } from '@dormouse/events/blog';
import { categoryCreated, categoryDeleted, categoryUpdated } from '@dormouse/events/category';
import { commentCreated, commentDeleted, commentModerated, commentUpdated } from '@dormouse/events/comment';
import { postDeleted, postPublished, postUnpublished, postUpdated } from '@dormouse/events/post';
import { userDeleted, userUpdated } from '@dormouse/events/user';
import type { Env } from '@dormouse/runtime/app';
import { on, receive } from '@dormouse/runtime/receive';
import type { Hono } from 'hono';
import type { Web } from './dependencies.ts';
import { feedsOf, feedsOfAll } from './hubs.ts';
import { allPages } from './pages.ts';

const ofPosts = [postUpdated, postPublished, postUnpublished, postDeleted] as const;

const ofOthers = [categoryCreated, categoryUpdated, categoryDeleted, blogUpdated, userUpdated, userDeleted] as const;

const ofComments = [commentCreated, commentUpdated, commentModerated, commentDeleted] as const;

/** Events after which pages look different; a new post does so when it is published. */
export const consumes = [...ofPosts, ...ofOthers, ...ofComments] as const;

/** An instance of posts or categories may answer from a copy this old, a little more than runtime's cache allows. */
const othersMs = 2100;
/** Events of this many milliseconds share their second purge. */
const togetherMs = 100;

/**
 * Forgets rendered pages when what they show has changed. There is no inbox, and no database: purging twice does what purging
 * once does. It is even done twice, because a page made right after the event may have been made of an old copy.
 */
export function purging(
  app: Hono<Env>,
  { pages, site, hubs }: Pick<Web, 'pages' | 'site' | 'hubs'>,
  later: Later = afterwards,
  now: () => number = Date.now,
): void {
  /** The settings first, or a page in between would be made of the old ones. */
  const forget = () => Promise.all([site.purge(), pages.purge(allPages)]);
  const planned = new Set<number>();
  const again = () => {
    const deadline = Math.floor(now() / togetherMs);
    if (planned.has(deadline)) return;
    planned.add(deadline);
    later(() => {
      planned.delete(deadline);
      // Not being able to purge again is no failure of the event: what is kept ends by its age.
      void forget().catch(() => {});
    }, othersMs + togetherMs);
  };
  const purge = async () => {
    await forget();
    again();
  };
  const purgeAndTell: Parameters<typeof on<(typeof ofPosts)[number]>>[1] = async ({ type, data }) => {
    // A draft is on no page that is kept; while somebody writes, it is saved every few seconds.
    if (type === postUpdated.type && data.status === 'draft') return;
    await purge();
    // What is said of a draft is nobody's business, neither its category nor its tags.
    if (type === postUnpublished.type) hubs.changed(feedsOfAll);
    else if (data.status === 'published') hubs.changed(feedsOf(data));
  };
  const handlers = [
    ...ofPosts.map((contract) => on(contract, purgeAndTell)),
    ...ofOthers.map((contract) => on(contract, purge)),
    // What waits is on no page.
    ...ofComments.map((contract) =>
      on(contract, async ({ type, data }) => {
        if (type !== commentCreated.type || data.status === 'published') await purge();
      }),
    ),
  ];
  app.post('/events', receive({ handlers }));
}

type Later = (work: () => void, ms: number) => void;
const afterwards: Later = (work, ms) => void setTimeout(work, ms).unref();
