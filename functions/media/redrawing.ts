import { mediaOutdated } from '@dormouse/events/media';
import type { Emit, Outbox } from '@dormouse/runtime/outbox';
import type { Tx } from '@dormouse/runtime/sql-types';

/** Drawing pictures for cards again that show what the blog is not called any more. */
export interface Redrawing {
  /** Begins anew with the newest post. */
  begin(tx: Tx, emit: Emit): Promise<void>;
  /** Goes on with the next posts, once some were drawn. */
  goOn(): Promise<void>;
}

/** Posts of an event: drawn within seconds, so that what is uploaded meanwhile does not wait for all. */
const atOnce = 20;
/** Posts, at most: older ones keep the name of their time. */
const mostPosts = 1000;

/** One place in PostgreSQL: who begins while some are drawn begins for both. */
export const openRedrawing = (outbox: Outbox): Redrawing => ({
  async begin(tx, emit) {
    await tx`
      INSERT INTO redrawing AS r (before_at, before_id, remaining) VALUES ('infinity', 0, ${mostPosts})
      ON CONFLICT (one) DO UPDATE SET before_at = excluded.before_at, before_id = excluded.before_id, remaining = excluded.remaining`;
    await announce(tx, emit);
  },
  goOn: () => outbox.transaction(announce),
});

async function announce(tx: Tx, emit: Emit): Promise<void> {
  const [left] = await tx<{ remaining: number }[]>`SELECT remaining FROM redrawing WHERE remaining > 0 FOR UPDATE`;
  if (!left) return;
  const some = Math.min(left.remaining, atOnce);
  const rows = await tx<{ id: string; version: number; title: string; at: string }[]>`
    SELECT p.id, p.version, p.title, p.created_at::text AS at
    FROM redrawing AS r CROSS JOIN LATERAL posts.newest(r.before_at, r.before_id, ${some}) AS p`;
  const last = rows.at(-1);
  if (!last) {
    await tx`UPDATE redrawing SET remaining = 0`;
    return;
  }
  await tx`
    UPDATE redrawing SET before_at = ${last.at}::text::timestamptz, before_id = ${last.id}::bigint,
      remaining = ${rows.length < some ? 0 : left.remaining - rows.length}`;
  const cards = rows.map(({ id, version, title }) => ({ post: Number(id), version, title }));
  emit(mediaOutdated, `cards/${last.id}`, { cards });
}
