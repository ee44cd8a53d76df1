import type { Looked, ReconcileOptions } from './reconcile-options.ts';
import type { Share, UnjudgedEvent } from './reconciliation.ts';

/** Inboxes forget after seven days; a day less, since clocks and retries are not exact. */
const memoryMs = 6 * 86_400_000;

export interface Found {
  judged: number;
  found: number;
  more: boolean;
}

/**
 * Goes through the archive from where the last time ended, one slice after the other, and stores what consumers lack. One slice serves
 * every Trigger, since they mostly stand at the same position. A consumer that cannot be asked keeps its position, and delays no other.
 */
export async function findMissing(
  options: ReconcileOptions,
  looked: readonly Looked[],
  others: readonly Share[],
  until: number,
): Promise<Found> {
  const { reconciliation, slice: size = 1000, now = Date.now } = options;
  const total: Found = { judged: 0, found: 0, more: false };
  const rest = others.map(({ trigger }) => trigger);
  let asked = looked;
  for (;;) {
    const from = Math.min(...asked.map(({ share }) => share.judged), ...others.map(({ judged }) => judged));
    if (from === Number.POSITIVE_INFINITY) return total;
    const rows = await reconciliation.unjudged(from, size);
    const settled = settledOf(rows);
    const end = settled.at(-1)?.position;
    if (end === undefined) return total;
    const judged = await Promise.all(asked.map((each) => judge(options, each, settled, end, now())));
    asked = asked.filter((_, i) => judged[i] !== undefined);
    total.found += judged.reduce<number>((sum, found) => sum + (found ?? 0), 0);
    total.judged += settled.length;
    await reconciliation.pass(rest, end);
    for (const other of others) other.judged = Math.max(other.judged, end);
    if (settled.length < size) return total;
    if (now() >= until) return { ...total, more: true };
  }
}

type Settled = UnjudgedEvent & { attributes: Readonly<Record<string, string>> };

/** Up to the first that is too young: what was archived at the same time as it may not be visible yet. */
function settledOf(rows: readonly UnjudgedEvent[]): Settled[] {
  const young = rows.findIndex(({ attributes }) => attributes === null);
  return (young < 0 ? rows : rows.slice(0, young)) as Settled[];
}

/** @returns how many are missing; undefined when the consumer cannot be asked */
async function judge(
  { reconciliation, log }: ReconcileOptions,
  { share, inbox, passes }: Looked,
  events: readonly Settled[],
  end: number,
  nowMs: number,
): Promise<number | undefined> {
  const own = events.filter(({ position, attributes }) => position > share.judged && passes(attributes));
  const remembered = own.filter((event) => bornMs(event) > nowMs - memoryMs);
  const asked = remembered.map(({ position, attributes }) => ({ position, attributes, ...keyOf(attributes) }));
  try {
    const missing = await inbox.lacking(asked);
    const found = await reconciliation.judge(share, { missing, judged: end, tooOld: own.length - remembered.length });
    share.judged = Math.max(share.judged, end);
    return found;
  } catch (error) {
    log.warn({ error, trigger: share.trigger }, 'a consumer cannot be asked what it has');
    return undefined;
  }
}

/** Source and id of stored attributes, which have both. */
export const keyOf = ({ source = '', id = '' }: Readonly<Record<string, string>>) => ({ source, id });

/** The consumer may have had it long before the archive. */
function bornMs({ receivedAt, attributes: { time } }: Settled): number {
  return Math.min(receivedAt.getTime(), Date.parse(time ?? '') || receivedAt.getTime());
}
