import { cardDigest, type PostCard } from '@dormouse/runtime/post-card';
import type { Sql } from '@dormouse/runtime/sql-types';
import type { ObjectStore } from './object-store.ts';
import { type CardName, cardKey } from './variants.ts';

/** Pictures that stand for posts on cards of links. */
export interface Cards {
  /** The bytes, drawn now if nobody has asked before; undefined when this is not what the post's card shows, or has just shown. */
  read(name: CardName): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Deletes pictures of what has not been so for a day. @returns how many */
  sweep(): Promise<number>;
}

export interface CardsOptions {
  sql: Sql;
  objects: ObjectStore;
  /** A PNG. @throws AppError not_found where cards cannot be drawn */
  draw: (card: PostCard) => Promise<Uint8Array<ArrayBuffer>>;
}

/** Rows of a statement. */
const atOnce = 500;

/**
 * Cards in a store of objects, and in PostgreSQL which of them there are. A row is written before its object and removed after it: what a crash
 * leaves is a row without one, and then the card is drawn again.
 *
 * Only what a published post shows now is drawn, and that once; other names cost a question. So strangers cannot have words of theirs drawn,
 * nor more than there are posts.
 */
export function openCards({ sql, objects, draw }: CardsOptions): Cards {
  return {
    async read(name) {
      const [found] = await sql<(PostCard & { kept: boolean })[]>`
        SELECT p.title, b ->> 'title' AS blog, b ->> 'accent' AS accent,
          EXISTS (SELECT FROM drawn_cards WHERE post_id = p.id AND digest = ${name.digest}) AS kept
        FROM posts.on_cards(ARRAY[${name.post}::bigint]) AS p, auth.blog_settings() AS b`;
      if (!found) return undefined;
      const kept = found.kept ? await objects.read(cardKey(name)) : undefined;
      if (kept || cardDigest(found) !== name.digest) return kept;
      const bytes = await draw(found);
      await sql`
        INSERT INTO drawn_cards (post_id, digest) VALUES (${name.post}, ${name.digest})
        ON CONFLICT (post_id, digest) DO UPDATE SET outdated_since = NULL`;
      await objects.write(cardKey(name), bytes);
      return bytes;
    },
    async sweep() {
      await markOutdated(sql);
      let gone = 0;
      for (;;) {
        const rows = await sql<CardName[]>`
          SELECT post_id::float8 AS post, digest FROM drawn_cards
          WHERE outdated_since < clock_timestamp() - interval '1 day' LIMIT ${atOnce}`;
        if (rows.length === 0) return gone;
        await objects.remove(rows.map(cardKey));
        await sql`DELETE FROM drawn_cards WHERE (post_id, digest) IN (SELECT * FROM ${listOf(sql, rows)})`;
        gone += rows.length;
      }
    },
  };
}

/** Notes since when cards have not shown what their posts and the blog are called now. */
async function markOutdated(sql: Sql): Promise<void> {
  for (let last: CardName = { post: 0, digest: '' }; ; ) {
    const rows = await sql<CardName[]>`
      SELECT post_id::float8 AS post, digest FROM drawn_cards WHERE (post_id, digest) > (${last.post}, ${last.digest})
      ORDER BY post_id, digest LIMIT ${atOnce}`;
    if (rows.length === 0) return;
    last = rows.at(-1) as CardName;
    const shown = await sql<(PostCard & { id: number })[]>`
      SELECT p.id::float8 AS id, p.title, b ->> 'title' AS blog, b ->> 'accent' AS accent
      FROM posts.on_cards(${[...new Set(rows.map(({ post }) => post))]}::bigint[]) AS p, auth.blog_settings() AS b`;
    const current = new Map(shown.map(({ id, ...card }) => [id, cardDigest(card)]));
    const [fresh, outdated] = [true, false].map((is) =>
      rows.filter(({ post, digest }) => (current.get(post) === digest) === is),
    ) as [CardName[], CardName[]];
    await sql`
      UPDATE drawn_cards SET outdated_since = NULL
      WHERE outdated_since IS NOT NULL AND (post_id, digest) IN (SELECT * FROM ${listOf(sql, fresh)})`;
    await sql`
      UPDATE drawn_cards SET outdated_since = clock_timestamp()
      WHERE outdated_since IS NULL AND (post_id, digest) IN (SELECT * FROM ${listOf(sql, outdated)})`;
  }
}

const listOf = (sql: Sql, names: readonly CardName[]) =>
  sql`unnest(${names.map(({ post }) => post)}::bigint[], ${names.map(({ digest }) => digest)}::text[])`;
