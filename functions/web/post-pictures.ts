import type { Logger } from '@dormouse/runtime/log';
import type { Sql } from '@dormouse/runtime/sql-types';
import { inTime } from './in-time.ts';

/** Pictures that texts of posts show. */
export interface PostPictures {
  /** Hashes of media by post; undefined when they cannot be read. */
  of(postIds: readonly number[]): Promise<ReadonlyMap<number, readonly string[]> | undefined>;
}

/** Texts that are looked into at once. */
const atOnce = 100;

/** Asks the database, which reads a thousand texts faster than posts would send them. */
export const postPicturesIn = (sql: Sql, log: Pick<Logger, 'warn'>): PostPictures => ({
  async of(postIds) {
    const found = new Map<number, readonly string[]>();
    try {
      for (let at = 0; at < postIds.length; at += atOnce) {
        const some = postIds.slice(at, at + atOnce);
        const asked = sql<{ id: string; hashes: string[] }[]>`
          SELECT id, hashes FROM posts.pictures_shown(${some}::bigint[])`;
        for (const { id, hashes } of await inTime(asked)) found.set(Number(id), hashes);
      }
      return found;
    } catch (error) {
      log.warn({ error }, 'pictures of posts cannot be read: the site map is without them');
      return undefined;
    }
  },
});
