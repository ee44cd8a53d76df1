import type { Sql } from '@dormouse/runtime/sql-types';
import { expired } from './grace.ts';
import type { NamedPictures } from './named-pictures.ts';
import type { ObjectStore } from './object-store.ts';
import type { Pictures } from './store.ts';

/** At once; the next time the others. */
const mostAtOnce = 100;
/** An upload that was broken off so long ago goes on nowhere. */
const brokenMs = 86_400_000;

export interface Collected {
  /** Pictures. */
  collected: number;
  /** Files of uploads that were broken off. */
  broken: number;
  /** Why pictures could not be deleted that were to be; the next sweep tries them again. */
  failures: unknown[];
}

export interface CollectingOptions {
  sql: Sql;
  pictures: Pick<Pictures, 'collect'>;
  objects: Pick<ObjectStore, 'removeBroken'>;
  named: NamedPictures;
}

/**
 * Deletes what nobody uses. Each time all who can show pictures are asked; a picture goes when each time in the grace period nobody named it, and
 * nobody does when they are asked once more. When one of them cannot be asked this rejects, and nothing has changed.
 */
export async function collectUnused({ sql, pictures, objects, named }: CollectingOptions): Promise<Collected> {
  const broken = await objects.removeBroken(new Date(Date.now() - brokenMs));
  const [clock] = await sql<{ now: Date }[]>`SELECT clock_timestamp() AS now`;
  const begin = clock?.now as Date;
  const used = await named();
  const candidates = await mark(sql, [...used], begin);
  if (candidates.length === 0) return { collected: 0, broken, failures: [] };
  const meanwhile = await named();
  const failures: unknown[] = [];
  let collected = 0;
  for (const hash of candidates) {
    if (meanwhile.has(hash)) continue;
    try {
      if (await pictures.collect(hash)) collected++;
    } catch (error) {
      failures.push(error);
    }
  }
  return { collected, broken, failures };
}

/** Notes which pictures are used. @returns those that have not been for long enough, the longest unused first */
async function mark(sql: Sql, used: string[], begin: Date): Promise<string[]> {
  await sql`UPDATE pictures SET unused_since = NULL WHERE unused_since IS NOT NULL AND hash = ANY (${used}::text[])`;
  await sql`UPDATE pictures SET unused_since = ${begin.toISOString()}::timestamptz WHERE unused_since IS NULL AND hash <> ALL (${used}::text[])`;
  const rows = await sql<{ hash: string }[]>`
    SELECT hash FROM pictures WHERE ${expired(sql)} ORDER BY unused_since, hash LIMIT ${mostAtOnce}`;
  return rows.map(({ hash }) => hash);
}
