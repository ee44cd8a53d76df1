import { hash } from 'node:crypto';
import { mediaDrawn } from '@dormouse/events/media';
import type { Outbox } from '@dormouse/runtime/outbox';
import type { Sql } from '@dormouse/runtime/sql-types';
import type { ObjectStore } from './object-store.ts';
import { cardKey } from './variants.ts';

/** What cards of posts say of the blog. */
export interface BlogOnCards {
  title: string;
  /** `#rrggbb`; white text is readable on it. */
  accent: string;
}

/** Pictures that stand for posts on cards of links. */
export interface Cards {
  blog(): Promise<BlogOnCards>;
  /** Keeps what was made of a version of a post, unless there is one of a later version; undefined: it has none. */
  keep(postId: number, version: number, bytes: Uint8Array | undefined): Promise<void>;
  /** Deletes pictures that no post has had for a day. @returns how many */
  sweep(): Promise<number>;
}

/** At once; the next time the others. */
const mostAtOnce = 500;

/** Cards in PostgreSQL, their bytes in a store of objects: written before the commit that tells of them, removed before the one that forgets them. */
export function openCards({ sql, outbox, objects }: { sql: Sql; outbox: Outbox; objects: ObjectStore }): Cards {
  return {
    async blog() {
      const [row] = await sql<{ blog: BlogOnCards }[]>`SELECT blog FROM auth.blog_settings() AS blog`;
      if (!row) throw new Error('auth did not say what the blog is called');
      return { title: row.blog.title, accent: row.blog.accent };
    },
    keep: (postId, version, bytes) =>
      outbox.transaction(async (tx, emit) => {
        const name = bytes && hash('sha256', bytes, 'hex');
        if (name && bytes) {
          // Locks it, so that a sweep does not delete it meanwhile.
          await tx`INSERT INTO card_pictures (hash) VALUES (${name}) ON CONFLICT (hash) DO UPDATE SET unused_since = NULL`;
          const key = cardKey(name);
          if (!(await objects.has(key))) await objects.write(key, bytes);
        }
        const [before] = await tx<
          { hash: string | null }[]
        >`SELECT hash FROM cards WHERE post_id = ${postId} FOR UPDATE`;
        const kept = await tx`
          INSERT INTO cards AS kept (post_id, version, hash) VALUES (${postId}, ${version}, ${name ?? null})
          ON CONFLICT (post_id) DO UPDATE SET version = excluded.version, hash = excluded.hash WHERE kept.version <= excluded.version
          RETURNING 1`;
        if (kept.length > 0 && (before?.hash ?? null) !== (name ?? null))
          emit(mediaDrawn, `card/${postId}`, { post: postId, version, hash: name ?? null });
      }),
    async sweep() {
      await sql`UPDATE card_pictures SET unused_since = clock_timestamp() WHERE unused_since IS NULL AND ${unused(sql)}`;
      const rows = await sql<{ hash: string }[]>`
        SELECT hash FROM card_pictures WHERE ${expired(sql)} ORDER BY unused_since LIMIT ${mostAtOnce}`;
      let gone = 0;
      for (const { hash: name } of rows)
        await sql.begin(async (tx) => {
          const [still] = await tx`SELECT 1 FROM card_pictures WHERE hash = ${name} AND ${expired(tx)} FOR UPDATE`;
          if (!still) return;
          await objects.remove([cardKey(name)]);
          gone += (await tx`DELETE FROM card_pictures WHERE hash = ${name} AND ${unused(tx)}`).count;
        });
      return gone;
    },
  };
}

type Query = Pick<Sql, never> & ((strings: TemplateStringsArray) => ReturnType<Sql>);
const unused = (sql: Query) => sql`NOT EXISTS (SELECT FROM cards WHERE cards.hash = card_pictures.hash)`;
const expired = (sql: Query) => sql`unused_since < clock_timestamp() - interval '1 day'`;
