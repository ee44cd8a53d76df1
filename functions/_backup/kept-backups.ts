import { beginOf } from './backup-id.ts';

/** How many backups are kept: the newest, and beside them the newest of each of the last days, weeks and months that have any. */
export interface Retention {
  /** At least 1. */
  newest: number;
  daily?: number | undefined;
  weekly?: number | undefined;
  monthly?: number | undefined;
}

/** The ids that are kept, in their order. Days, weeks (from Monday) and months are those of UTC. */
export function keptBackups(
  ids: readonly string[],
  { newest, daily = 0, weekly = 0, monthly = 0 }: Retention,
): string[] {
  const newestFirst = [...ids].sort().reverse();
  const kept = new Set([
    ...newestFirst.slice(0, newest),
    ...newestOfEach(newestFirst, daily, dayOf),
    ...newestOfEach(newestFirst, weekly, (time) => dayOf(mondayOf(time))),
    ...newestOfEach(newestFirst, monthly, (time) => dayOf(time).slice(0, 7)),
  ]);
  return ids.filter((id) => kept.has(id));
}

function newestOfEach(newestFirst: readonly string[], count: number, periodOf: (time: number) => string): string[] {
  const found = new Map<string, string>();
  for (const id of newestFirst) {
    const period = periodOf(beginOf(id));
    if (!found.has(period)) found.set(period, id);
  }
  return [...found.values()].slice(0, count);
}

const dayMs = 24 * 60 * 60 * 1000;
const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);
const mondayOf = (time: number) => time - ((new Date(time).getUTCDay() + 6) % 7) * dayMs;
