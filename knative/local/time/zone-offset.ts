import { isZoneName } from './zone-names.ts';

/** Offsets change at whole quarters of an hour, and not twice in a week. */
const quarterMs = 15 * 60_000;
const weekMs = 7 * 24 * 60 * 60_000;
/** Of each zone: decades of weeks, and a quarter of an hour of each week in which clocks change. */
const maxKnown = 4_096;

const zones = new Map<string, (ms: number) => number>();

/**
 * How far a zone's wall clock is ahead of UTC, ms, at a time in ms since the epoch.
 * @throws Error when there is no such zone: Intl knows more names than Go
 */
export function zoneOffset(timeZone: string): (ms: number) => number {
  if (!isZoneName(timeZone)) throw new Error(`unknown time zone ${timeZone}`);
  // The zone of a container is UTC.
  if (/^(?:Local|(?:Etc\/)?(?:UTC|GMT))$/.test(timeZone)) return () => 0;
  const known = zones.get(timeZone) ?? remembered(timeZone);
  zones.set(timeZone, known);
  return known;
}

function remembered(timeZone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  const offsets = new Map<number, number>();
  const offsetAt = (ms: number) => {
    const known = offsets.get(ms);
    if (known !== undefined) return known;
    if (offsets.size >= maxKnown) offsets.clear();
    const found = Date.parse(`${format.format(ms).replace(' ', 'T')}Z`) - ms;
    offsets.set(ms, found);
    return found;
  };
  return (ms) => {
    const week = Math.floor(ms / weekMs) * weekMs;
    const offset = offsetAt(week);
    return offset === offsetAt(week + weekMs) ? offset : offsetAt(Math.floor(ms / quarterMs) * quarterMs);
  };
}
