import type { Sql } from '@dormouse/runtime/sql-types';
import { documentOf, type SearchDocument } from './document.ts';
import type { PublishedPost, PublishedPosts } from './published-posts.ts';
import type { SearchStore } from './store.ts';

/** Posts of one transaction: less than a second, so that a sleeping instance loses little. */
const atOnce = 250;

/** Reads posts that were there before search was, or before it kept what it keeps now; and forgets those that it should not have. */
export interface Filling {
  /** Goes on until all are read or `close`; resolves to whether all are read, after `waitMs` at the latest. */
  whole(waitMs: number): Promise<boolean>;
  close(): void;
}

export interface FillingOptions {
  sql: Sql;
  store: SearchStore;
  posts: PublishedPosts;
  /** Told when a batch fails: the next request tries again. */
  failed?: (error: unknown) => void;
}

export function filling({ sql, store, posts, failed = () => {} }: FillingOptions): Filling {
  let isWhole = false;
  let isClosed = false;
  let running: Promise<void> | undefined;
  const run = async () => {
    while (!isWhole && !isClosed) isWhole = await fillSome(sql, store, posts);
  };
  return {
    async whole(waitMs) {
      if (isWhole) return true;
      running ??= run()
        .catch(failed)
        .finally(() => (running = undefined));
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, waitMs);
      await Promise.race([running, promise]).finally(() => clearTimeout(timer));
      return isWhole;
    },
    close() {
      isClosed = true;
    },
  };
}

/** Each is made when the store takes it, which keeps those before meanwhile. */
function* documentsOf(posts: readonly PublishedPost[]): Generator<SearchDocument> {
  for (const post of posts) yield documentOf(post);
}

/** @returns whether all are read */
async function fillSome(sql: Sql, store: SearchStore, posts: PublishedPosts): Promise<boolean> {
  const state = (await sql.begin(async (tx) => {
    await tx`INSERT INTO fills (form) VALUES (${store.form}) ON CONFLICT DO NOTHING`;
    // Instances take turns.
    const [fill] = await tx<
      { last_id: string; is_done: boolean }[]
    >`SELECT last_id, is_done FROM fills WHERE form = ${store.form} FOR UPDATE`;
    if (!fill || fill.is_done) return 'whole';
    // Whoever goes back to a store that was left begins anew, too.
    await tx`DELETE FROM fills WHERE form <> ${store.form}`;
    const after = Number(fill.last_id);
    const ids = await posts.idsAfter(after, atOnce);
    const last = ids.at(-1);
    const isPublished = new Set(ids);
    const stale = (await store.idsAfter(after, last)).filter((id) => !isPublished.has(id));
    const read = await posts.read([...ids, ...stale], tx);
    await store.put(documentsOf(read), tx);
    const isRead = new Set(read.map(({ id }) => id));
    const hidden = stale.filter((id) => !isRead.has(id));
    if (hidden.length > 0) await store.remove(hidden, tx);
    await tx`UPDATE fills SET last_id = ${last ?? fill.last_id}::bigint, is_done = ${last === undefined} WHERE form = ${store.form}`;
    return last === undefined ? 'filled' : 'more';
  })) as 'whole' | 'filled' | 'more';
  if (state === 'filled') await store.filled();
  return state !== 'more';
}
