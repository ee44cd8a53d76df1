import fc from 'fast-check';

export const minuteMs = 60_000;
const quarterMs = 15 * minuteMs;
const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const weekdays = 'sun mon tue wed thu fri sat'.split(' ');

/**
 * Summer time of an hour, and offsets that are no whole hours. Where clocks change by half an hour or at midnight robfig/cron's
 * steps skip times that its rules let through: those zones are compared with its own answers.
 */
export const zones = ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu'];

const changesOf2026 = ['2026-03-08', '2026-03-29', '2026-04-04', '2026-10-03', '2026-10-24', '2026-11-01'];

/** Anywhere in 2026, and often on a day on which clocks change. */
export const times = fc.oneof(
  fc.integer({ min: Date.parse('2026-01-01T00:00:00Z'), max: Date.parse('2027-01-01T00:00:00Z') }),
  fc
    .tuple(fc.constantFrom(...changesOf2026), fc.integer({ min: 0, max: 36 * 60 * minuteMs }))
    .map(([day, ms]) => Date.parse(`${day}T00:00:00Z`) + ms),
);

function field(min: number, max: number, names: readonly string[] = []) {
  const value = fc.integer({ min, max });
  const text = (n: number) => names[n - min] ?? String(n);
  const range = fc.tuple(value, value).map(([a, b]) => `${text(Math.min(a, b))}-${text(Math.max(a, b))}`);
  const start = fc.oneof({ weight: 3, arbitrary: fc.constantFrom('*', '?') }, value.map(text), range);
  const stepped = fc.tuple(start, fc.integer({ min: 1, max: max + 5 })).map(([from, step]) => `${from}/${step}`);
  const part = fc.oneof(start, stepped, value.map(text));
  return fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(','));
}

/** The five fields of a schedule as robfig/cron's standard parser takes them. */
export const fields = fc.tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12, months), field(0, 6, weekdays));

/**
 * The rules of robfig/cron's `SpecSchedule` and `getRange`, applied to every minute by itself: a field is a set of values
 * with a mark for `*`, which a step over 1 takes away; days of month and of week are joined by AND when one has the mark.
 */
export function robfig(written: readonly string[], timeZone: string): (ms: number) => boolean {
  const bounds: [number, number, string[]][] = [
    [0, 59, []],
    [0, 23, []],
    [1, 31, []],
    [1, 12, months],
    [0, 6, weekdays],
  ];
  const [minute, hour, day, month, weekday] = bounds.map((bound, at) => readField(written[at] as string, ...bound)) as [
    Bits,
    Bits,
    Bits,
    Bits,
    Bits,
  ];
  const localAt = localTime(timeZone);
  return (ms) => {
    const local = localAt(ms);
    const [byMonth, byWeek] = [day.has(local.getUTCDate()), weekday.has(local.getUTCDay())];
    const days = day.star || weekday.star ? byMonth && byWeek : byMonth || byWeek;
    const [hours, minutes] = [hour.has(local.getUTCHours()), minute.has(local.getUTCMinutes())];
    return days && month.has(local.getUTCMonth() + 1) && hours && minutes;
  };
}

class Bits extends Set<number> {
  star = false;
}

function readField(text: string, min: number, max: number, names: readonly string[]): Bits {
  const bits = new Bits();
  const number = (name: string) => (names.includes(name) ? names.indexOf(name) + min : Number(name));
  for (const part of text.split(',')) {
    const [range = '', step] = part.split('/');
    const [low = '', high] = range.split('-');
    const wild = low === '*' || low === '?';
    const from = wild ? min : number(low);
    const to = wild ? max : high !== undefined ? number(high) : step !== undefined ? max : from;
    if (wild && Number(step ?? 1) <= 1) bits.star = true;
    for (let value = from; value <= to; value += Number(step ?? 1)) bits.add(value);
  }
  return bits;
}

/** The zone's wall clock in the UTC fields of a Date. Offsets change at whole quarters of an hour, so one is asked for each. */
function localTime(timeZone: string): (ms: number) => Date {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  const walls = new Map<number, number>();
  return (ms) => {
    const quarter = Math.floor(ms / quarterMs) * quarterMs;
    const wall = walls.get(quarter) ?? Date.parse(`${format.format(quarter).replace(' ', 'T')}Z`);
    walls.set(quarter, wall);
    return new Date(wall + ms - quarter);
  };
}
