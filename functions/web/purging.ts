import { blogUpdated } from '@dormouse/events/blog';
import { categoryCreated, categoryDeleted, categoryUpdated } from '@dormouse/events/category';
import { commentCreated, commentDeleted, commentModerated, commentUpdated } from '@dormouse/events/comment';
import type { DataOf } from '@dormouse/events/contract';
import { mediaDeleted, mediaReady } from '@dormouse/events/media';
import { postDeleted, postPublished, postUnpublished, postUpdated } from '@dormouse/events/post';
import { userDeleted, userUpdated } from '@dormouse/events/user';
import { cameFromOutside } from '@dormouse/runtime/address';
import type { Env } from '@dormouse/runtime/app';
import { AppError, fail } from '@dormouse/runtime/errors';
import { inGroups } from '@dormouse/runtime/in-groups';
import { measure } from '@dormouse/runtime/measure';
import { on, receive } from '@dormouse/runtime/receive';
import { metrics } from '@dormouse/signals/metrics';
import type { Hono, MiddlewareHandler } from 'hono';
import { keysOfComment, keysOfOther, keysOfPicture, keysOfPost } from './changed-keys.ts';
import type { Web } from './dependencies.ts';
import { feedsOf, feedsOfAll } from './hubs.ts';
import type { Settled } from './owed-purges.ts';
import { allPages } from './pages.ts';
import type { Neighbours } from './posts.ts';
import type { SharedCache } from './shared-cache.ts';

const ofPosts = [postUpdated, postPublished, postUnpublished, postDeleted] as const;

const ofOthers = [categoryCreated, categoryUpdated, categoryDeleted, blogUpdated, userUpdated, userDeleted] as const;

const ofPictures = [mediaReady, mediaDeleted] as const;

const ofComments = [commentCreated, commentUpdated, commentModerated, commentDeleted] as const;

/** Events after which pages look different; a new post does so when it is published. */
export const consumes = [...ofPosts, ...ofOthers, ...ofComments, ...ofPictures] as const;

/** An instance of posts or categories may answer from a copy this old, a little more than runtime's cache allows. */
const othersMs = 2100;
/** Events of this many milliseconds share their second purge. */
const togetherMs = 100;
/** What the cache was not told an instance that is still there tells it after so long; the timer does so, too. */
const owedMs = 60_000;

/**
 * Forgets rendered pages when what they show has changed. There is no inbox, and no database: purging twice does what purging
 * once does. It is even done twice, because a page made right after the event may have been made of an old copy.
 *
 * A shared cache is told, too, and the event is taken only when it was told twice: what it kept of an old copy it would keep for a day.
 * While it does not answer, what it has to forget is remembered, however long that takes.
 */
export function purging(
  app: Hono<Env>,
  {
    pages,
    site,
    hubs,
    posts,
    sharedCache,
    owedPurges,
    log,
  }: Pick<Web, 'pages' | 'site' | 'hubs' | 'posts' | 'sharedCache' | 'owedPurges' | 'log'>,
  later: Later = afterwards,
  now: () => number = Date.now,
): void {
  /** The settings first, or a page in between would be made of the old ones. What comes while it is done shares the next time. */
  const forget = inGroups<void>(async () => void (await Promise.all([site.purge(), pages.purge(allPages)])));
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
  /** Tells the cache what it was not told. @returns undefined where no cache is told anything */
  const settle = async (): Promise<Settled | undefined> => {
    if (!sharedCache || !owedPurges) return undefined;
    const settled = await owedPurges.settle((keys) => sharedCache.purge(keys));
    measure(metrics.purgeAge, settled.ageSeconds);
    // Whoever follows a feed by a hub was not told, or got an old copy of it.
    if (settled.told > 0) hubs.changed(feedsOfAll);
    if (settled.error !== undefined)
      log.warn(
        { error: settled.error, keys: settled.left },
        'the shared cache keeps what has changed: it does not answer',
      );
    return settled;
  };
  let isPlanned = false;
  const settleLater = () => {
    if (isPlanned) return;
    isPlanned = true;
    later(() => {
      isPlanned = false;
      void settle().then(
        (settled) => settled && settled.left > 0 && settleLater(),
        () => {},
      );
    }, owedMs);
  };
  /** @returns false when the cache does not answer: it is told later */
  const tellShared = async (cache: SharedCache, keys: readonly string[]): Promise<boolean> => {
    try {
      await cache.purge(keys);
      return true;
    } catch (error) {
      if (!owedPurges) throw error;
      await owedPurges.note(keys);
      settleLater();
      return false;
    }
  };
  /** @param tell is done when readers can get what is new */
  const purgeShared = async (keys: () => string[] | Promise<string[]>, tell = () => {}) => {
    if (!sharedCache) return tell();
    if (!(await tellShared(sharedCache, await keys()))) return;
    tell();
    await new Promise<void>((done) => later(done, othersMs + 2 * togetherMs));
    if (!(await tellShared(sharedCache, await keys()))) return;
    tell();
    // It answers: what it was not told before it is told now. Not being able to is no failure of the event.
    await settle().catch(() => {});
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
    ...ofPictures.map((contract) =>
      on(contract, async ({ data }) => {
        await purge();
        await purgeShared(() => keysOfPicture(data));
      }),
    ),
  ];
  app.post('/events', receive({ handlers }));
  app.post('/events/purges', internalOnly, async (c) => {
    const { told = 0, left = 0 } = (await settle()) ?? {};
    return c.json({ told, left });
  });
}

const internalOnly: MiddlewareHandler<Env> = (c, next) =>
  cameFromOutside(c) ? fail('not_found', 'There is nothing at this address.') : next();

/** It was deleted, or made a draft again: who mentions it is purged by its own name. */
function unlessGone(error: unknown): Neighbours {
  if (error instanceof AppError && error.status === 404) return { older: null, newer: null };
  throw error;
}

type Later = (work: () => void, ms: number) => void;
const afterwards: Later = (work, ms) => void setTimeout(work, ms).unref();
