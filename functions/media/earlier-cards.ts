import type { Sql } from '@dormouse/runtime/sql-types';
import type { ObjectStore } from './object-store.ts';
import { earlierCardKey } from './variants.ts';

/** Rows of a statement. */
const atOnce = 500;

/**
 * Deletes pictures for cards of links that were drawn when posts were published (releases before decision 127): a day after the last post that
 * has one was changed, or is not public any more.
 * @returns how many
 */
export async function sweepEarlierCards(sql: Sql, objects: ObjectStore): Promise<number> {
  await forgetChanged(sql);
  await sql`UPDATE card_pictures SET unused_since = clock_timestamp() WHERE unused_since IS NULL AND ${unused(sql)}`;
  const rows = await sql<{ hash: string }[]>`
    SELECT hash FROM card_pictures
    WHERE unused_since < clock_timestamp() - interval '1 day' AND ${unused(sql)} ORDER BY unused_since LIMIT ${atOnce}`;
  if (rows.length === 0) return 0;
  const hashes = rows.map(({ hash }) => hash);
  await objects.remove(hashes.map(earlierCardKey));
  await sql`DELETE FROM card_pictures WHERE hash = ANY (${hashes}::text[]) AND ${unused(sql)}`;
  return hashes.length;
}

async function forgetChanged(sql: Sql): Promise<void> {
  for (let last = 0; ; ) {
    const rows = await sql<{ post: number; version: number }[]>`
      SELECT post_id::float8 AS post, version FROM cards WHERE post_id > ${last} ORDER BY post_id LIMIT ${atOnce}`;
    if (rows.length === 0) return;
    last = rows.at(-1)?.post as number;
    const shown = await sql<{ id: number; version: number }[]>`
      SELECT id::float8 AS id, version FROM posts.on_cards(${rows.map(({ post }) => post)}::bigint[])`;
    const versions = new Map(shown.map(({ id, version }) => [id, version]));
    const changed = rows.filter(({ post, version }) => (versions.get(post) ?? Number.POSITIVE_INFINITY) > version);
    await sql`DELETE FROM cards WHERE post_id = ANY (${changed.map(({ post }) => post)}::bigint[])`;
  }
}

const unused = (sql: Sql) => sql`NOT EXISTS (SELECT FROM cards WHERE cards.hash = card_pictures.hash)`;
