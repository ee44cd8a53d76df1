import type postgres from 'postgres';
import type { Ledger } from '../ledger.ts';
import { observeDatabase } from '../observe.ts';
import type { Observed } from '../observed.ts';

export interface ObserveClusterOptions {
  url: string;
  /** What titles of the campaign's own posts begin with. */
  titles: string;
  /** When the campaign began. */
  since: Date;
}

/** Looks at everything that the invariants speak of, and at nothing that others did on the same platform. */
export async function observeCluster(
  sql: postgres.Sql,
  ledger: Ledger,
  { url, titles, since }: ObserveClusterOptions,
): Promise<Omit<Observed, 'processes'>> {
  const all = await observeDatabase(sql, url, { titles });
  const missing = await sql<
    { trigger: string; source: string; id: string }[]
  >`SELECT trigger, source, id FROM journal.missing`;
  // Those of nobody are left out: whether somebody lacks such an event is asked of archive and inboxes.
  const given = await sql`
    SELECT source, id, type, subject, destination, trigger, status, cause FROM journal.dead_letters
    WHERE state = 'open' AND failed_at >= ${since} AND trigger IS NOT NULL`;
  const subjects = ownSubjects(ledger, all.posts);
  return {
    ...all,
    seen: all.seen.filter(({ subject }) => subject.startsWith('stream/') || subjects.has(subject)),
    pending: missing.map(({ trigger, source, id }) => `${source} ${id} is missing at the consumer of ${trigger}`),
    undeliverable: given.map((each) => JSON.stringify(each)),
    // A channel delivers at once whatever comes, and again what failed, after its successors.
    ordered: false,
    losses: [],
  };
}

/** Subjects of the campaign's posts, those included that were deleted. */
export const ownSubjects = ({ posts }: Pick<Ledger, 'posts'>, stored: readonly { id: number }[]): ReadonlySet<string> =>
  new Set([...posts, ...stored].flatMap(({ id }) => (id === undefined ? [] : `post/${id}`)));
