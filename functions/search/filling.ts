import type { Sql } from '@dormouse/runtime/sql-types';
import { documentOf, type SearchDocument } from './document.ts';
import type { PublishedPost, PublishedPosts } from './published-posts.ts';
import type { SearchStore } from './store.ts';

/** Posts of one transaction: less than a second, so that a sleeping instance loses little. */
const atOnce = 1000;
/** Posts that are read in one go: the next ones while these are prepared and kept. */
const readAtOnce = 125;

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
    let settling: Promise<unknown> = Promise.resolve();
    while (!isWhole && !isClosed) {
      const state = await fillSome(sql, store, posts);
      isWhole = state !== 'more';
      if (state === 'whole') break;
      // Beside the next posts; what could not be settled is found, though later than it should.
      await settling;
      settling = store.settle().catch(failed);
    }
    await settling;
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
async function* documentsOf(
  ids: readonly number[],
  read: (ids: readonly number[]) => Promise<readonly PublishedPost[]>,
): AsyncGenerator<SearchDocument> {
  const start = (at: number) => {
    const reading = at < ids.length ? read(ids.slice(at, at + readAtOnce)) : undefined;
    // Whoever takes it is told; nobody does where one before failed.
    reading?.catch(() => {});
    return reading;
  };
  let [next, afterNext] = [start(0), start(readAtOnce)];
  for (let at = 2 * readAtOnce; next; at += readAtOnce) {
    const posts: readonly PublishedPost[] = await next;
    [next, afterNext] = [afterNext, start(at)];
    for (const post of posts) yield documentOf(post);
  }
}

/** @returns whether there are more to read; `whole` where none was to be read any more */
async function fillSome(sql: Sql, store: SearchStore, posts: PublishedPosts): Promise<'more' | 'filled' | 'whole'> {
  return (await sql.begin(async (tx) => {
    // What is lost with the machine is read again.
    await tx`SELECT set_config('synchronous_commit', 'off', true)`;
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
    const hidden = new Set(stale);
    const read = async (some: readonly number[]) => {
      const found = await posts.read(some, tx);
      for (const { id } of found) hidden.delete(id);
      return found;
    };
    await store.put(
      documentsOf(
        [...ids, ...stale].sort((a, b) => a - b),
        read,
      ),
      tx,
    );
    if (hidden.size > 0) await store.remove([...hidden], tx);
    await tx`UPDATE fills SET last_id = ${last ?? fill.last_id}::bigint, is_done = ${last === undefined} WHERE form = ${store.form}`;
    return last === undefined ? 'filled' : 'more';
  })) as 'more' | 'filled' | 'whole';
}
