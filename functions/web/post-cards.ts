import type { Logger } from '@dormouse/runtime/log';
import type { Sql } from '@dormouse/runtime/sql-types';
import type { CardPicture } from './cover.ts';

/** Pictures that were made for posts on cards of links. */
export interface PostCards {
  /** Undefined while there is none. Never rejects: a page without one is better than none. */
  of(postId: number): Promise<string | undefined>;
}

/** How long a page waits, in milliseconds. */
const patienceMs = 500;

/** Asks the database, without waking media: its function is all of media that web's role can use. @returns hashes */
export const postCardsIn = (sql: Sql, log: Pick<Logger, 'warn'>): PostCards => ({
  async of(postId) {
    const { promise: late, resolve } = Promise.withResolvers<[]>();
    const timer = setTimeout(() => resolve([]), patienceMs);
    try {
      const asked = sql<{ hash: string | null }[]>`SELECT media.card_of(${postId}) AS hash`;
      const [row] = await Promise.race([asked, late]);
      return row?.hash ?? undefined;
    } catch (error) {
      log.warn({ error }, 'whether a post has a picture for cards cannot be asked');
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  },
});

/** As the head of the post's page names it. */
export const drawnCard = (hash: string, title: string): CardPicture => ({
  path: `/blog/media/pictures/card-${hash}.png`,
  width: 1200,
  height: 630,
  alt: title,
});
