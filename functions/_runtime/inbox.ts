import { AppError } from './errors.ts';
import type { RawEvent } from './read-events.ts';
import type { Tx } from './sql-types.ts';

type EventKey = Pick<RawEvent, 'source' | 'id'>;

/**
 * Takes the event into the inbox. Whoever handles it holds a lock until the end of the transaction: without it, a second delivery would
 * wait for the first one's row, on a separate connection.
 * @returns false for one that was seen before
 * @throws AppError conflict while another transaction handles it
 */
export async function isNew(tx: Tx, { source, id }: EventKey): Promise<boolean> {
  const [fresh] = await tx`
    INSERT INTO inbox (source, id) SELECT ${source}, ${id}
    WHERE pg_try_advisory_xact_lock(hashtextextended(${`${source} ${id}`}, hashtext(current_schema())))
    ON CONFLICT DO NOTHING RETURNING 1`;
  if (fresh) return true;
  const [seen] = await tx`SELECT 1 FROM inbox WHERE source = ${source} AND id = ${id}`;
  if (!seen) throw beingHandled();
  return false;
}

/** Of an event that is taken into the inbox: it is new; it was seen before; another transaction handles it. */
export type Taking = 'new' | 'seen' | 'busy';

/** `isNew` of events that differ, in one statement. */
export async function takeAll(tx: Tx, events: readonly EventKey[]): Promise<Taking[]> {
  const keys = (of: readonly EventKey[]) => [of.map(({ source }) => source), of.map(({ id }) => id)] as const;
  const [sources, ids] = keys(events);
  const taken = await tx<EventKey[]>`
    INSERT INTO inbox (source, id)
    SELECT event.source, event.id FROM unnest(${sources}::text[], ${ids}::text[]) AS event (source, id)
    WHERE pg_try_advisory_xact_lock(hashtextextended(event.source || ' ' || event.id, hashtext(current_schema())))
    ON CONFLICT DO NOTHING RETURNING source, id`;
  const fresh = new Set(taken.map(keyOf));
  const others = events.filter((event) => !fresh.has(keyOf(event)));
  if (others.length === 0) return events.map(() => 'new');
  const [otherSources, otherIds] = keys(others);
  const rows = await tx<EventKey[]>`
    SELECT inbox.source, inbox.id FROM unnest(${otherSources}::text[], ${otherIds}::text[]) AS event (source, id)
    JOIN inbox ON inbox.source = event.source AND inbox.id = event.id`;
  const seen = new Set(rows.map(keyOf));
  return events.map((event) => (fresh.has(keyOf(event)) ? 'new' : seen.has(keyOf(event)) ? 'seen' : 'busy'));
}

/** Neither has a NUL. */
export const keyOf = ({ source, id }: EventKey): string => `${source}\u0000${id}`;

/** 409: the Broker comes again instead of holding a connection. */
export const beingHandled = (): AppError =>
  new AppError('conflict', 'This event is being handled.', { headers: { 'retry-after': '1' } });
