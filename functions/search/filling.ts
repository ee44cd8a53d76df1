import type { Sql } from '@dormouse/runtime/sql-types';
import { documentOf } from './document.ts';
import type { PublishedPosts } from './published-posts.ts';
import type { SearchStore } from './store.ts';

/** Of what the store keeps. Another number makes every post be read anew. */
const form = 1;
/** Posts of one transaction: less than a second, so that a sleeping instance loses little. */
const atOnce = 50;

/** Reads posts that were there before search was, or before it kept what it keeps now. */
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

/** @returns whether all are read */
function fillSome(sql: Sql, store: SearchStore, posts: PublishedPosts): Promise<boolean> {
  return sql.begin(async (tx) => {
    await tx`INSERT INTO fills (form) VALUES (${form}) ON CONFLICT DO NOTHING`;
    // Instances take turns.
    const [fill] = await tx<
      { last_id: string; is_done: boolean }[]
    >`SELECT last_id, is_done FROM fills WHERE form = ${form} FOR UPDATE`;
    if (!fill || fill.is_done) return true;
    const ids = await posts.idsAfter(Number(fill.last_id), atOnce);
    const last = ids.at(-1);
    if (last !== undefined) await store.put((await posts.read(ids, tx)).map(documentOf), tx);
    await tx`UPDATE fills SET last_id = ${last ?? fill.last_id}::bigint, is_done = ${last === undefined} WHERE form = ${form}`;
    return last === undefined;
  }) as Promise<boolean>;
}
