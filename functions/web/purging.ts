import { blogUpdated } from '@dormouse/events/blog';
import { categoryCreated, categoryDeleted, categoryUpdated } from '@dormouse/events/category';
import { commentCreated, commentDeleted, commentModerated, commentUpdated } from '@dormouse/events/comment';
import type { DataOf } from '@dormouse/events/contract';
import { postDeleted, postPublished, postUnpublished, postUpdated } from '@dormouse/events/post';
import { userDeleted, userUpdated } from '@dormouse/events/user';
import type { Env } from '@dormouse/runtime/app';
import { AppError } from '@dormouse/runtime/errors';
import { on, receive } from '@dormouse/runtime/receive';
import type { Hono } from 'hono';
import { keysOfComment, keysOfOther, keysOfPost } from './changed-keys.ts';
import type { Web } from './dependencies.ts';
import { feedsOf, feedsOfAll } from './hubs.ts';
import { allPages } from './pages.ts';
import type { Neighbours } from './posts.ts';

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
 *
 * A shared cache is told, too, and the event is taken only when it was told twice: what it kept of an old copy it would keep for a day.
 */
export function purging(
  app: Hono<Env>,
  { pages, site, hubs, posts, sharedCache }: Pick<Web, 'pages' | 'site' | 'hubs' | 'posts' | 'sharedCache'>,
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
  /** @param tell is done when readers can get what is new */
  const purgeShared = async (keys: () => string[] | Promise<string[]>, tell = () => {}) => {
    if (!sharedCache) return tell();
    await sharedCache.purge(await keys());
    tell();
    await new Promise<void>((done) => later(done, othersMs + 2 * togetherMs));
    await sharedCache.purge(await keys());
    tell();
  };
  const purgeAndTell: Parameters<typeof on<(typeof ofPosts)[number]>>[1] = async ({ type, data }) => {
    // A draft is on no page that is kept; while somebody writes, it is saved every few seconds.
    if (type === postUpdated.type && data.status === 'draft') return;
    await purge();
    await purgeShared(
      async () => keysOfPost(data, await besides(data)),
      () => {
        // What is said of a draft is nobody's business, neither its category nor its tags.
        if (type === postUnpublished.type) hubs.changed(feedsOfAll);
        else if (data.status === 'published') hubs.changed(feedsOf(data));
      },
    );
  };
  /** Ids of the posts on both sides of one that everybody sees. */
  const besides = async ({ id, status, kind }: DataOf<typeof postUpdated>): Promise<number[]> => {
    if (status !== 'published' || kind === 'page') return [];
    const { older, newer } = await posts.neighbours(id).catch(unlessGone);
    return [older, newer].flatMap((each) => (each ? [each.id] : []));
  };
  const handlers = [
    ...ofPosts.map((contract) => on(contract, purgeAndTell)),
    ...ofOthers.map((contract) =>
      on(contract, async ({ type, data }) => {
        await purge();
        await purgeShared(() => keysOfOther(type, data));
      }),
    ),
    // What waits is on no page.
    ...ofComments.map((contract) =>
      on(contract, async ({ type, data }) => {
        if (type === commentCreated.type && data.status !== 'published') return;
        await purge();
        await purgeShared(() => keysOfComment(data));
      }),
    ),
  ];
  app.post('/events', receive({ handlers }));
}

/** It was deleted, or made a draft again: who mentions it is purged by its own name. */
function unlessGone(error: unknown): Neighbours {
  if (error instanceof AppError && error.status === 404) return { older: null, newer: null };
  throw error;
}

type Later = (work: () => void, ms: number) => void;
const afterwards: Later = (work, ms) => void setTimeout(work, ms).unref();
