import { zoneOffset } from './zone-offset.ts';

/** A schedule in a time zone. */
export interface Schedule {
  /** The first time after `afterMs` (milliseconds since the epoch) that fits, a whole second; `undefined` when none does within five years. */
  next(afterMs: number): number | undefined;
}

interface FieldRule {
  what: string;
  min: number;
  max: number;
  /** From the name of `min` on. */
  names?: readonly string[];
}

/** The values of a field; `star`: one of its parts is `*`. */
interface Field {
  has: readonly boolean[];
  star: boolean;
}

const rules: readonly FieldRule[] = [
  { what: 'second', min: 0, max: 59 },
  { what: 'minute', min: 0, max: 59 },
  { what: 'hour', min: 0, max: 23 },
  { what: 'day of month', min: 1, max: 31 },
  {
    what: 'month',
    min: 1,
    max: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { what: 'day of week', min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];
const named: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/**
 * Reads a schedule as Knative's PingSource takes it (robfig/cron v3 with optional seconds, and no `@every`): second where there
 * are six fields, minute, hour, day of month, month, day of week, each `*`, `?`, values, ranges, lists and steps, months and
 * weekdays also by name; `@hourly` and its like; a leading `CRON_TZ=Zone`, unless `timezone` is given. Its times are robfig/cron's,
 * also where clocks change: hours that are skipped are skipped, repeated ones are used twice.
 *
 * @param timezone name in the tz database; default: UTC
 * @throws Error saying which part is wrong
 */
export function parseCron(expression: string, timezone?: string): Schedule {
  const [, given, behind] = /^(?:CRON_)?TZ=([^ ]*) (.*)$/s.exec(expression) ?? [];
  if (given !== undefined && timezone !== undefined)
    throw new Error(`schedule ${JSON.stringify(expression)} names a time zone beside the one that is given`);
  const zone = given ?? timezone;
  // Only behind a zone are spaces around a name dropped.
  const rest = zone === undefined ? expression : (behind ?? expression).trim();
  const fields = (named[rest] ?? rest).split(/\s+/).filter((each) => each !== '');
  if (fields.length === rules.length - 1) fields.unshift('0');
  if (fields.length !== rules.length)
    throw new Error(
      `schedule ${JSON.stringify(expression)} has ${fields.length} fields: five are needed (minute hour day month weekday), or six with seconds before them`,
    );
  const read = rules.map((rule, at) => readField(rule, fields[at]!));
  const offsetAt = zoneOffset(zone || 'UTC');
  return { next: (afterMs) => nextOf(read, offsetAt, afterMs) };
}

/** A list of ranges; one without any would be never, and is a slip of the hand. */
function readField(rule: FieldRule, text: string): Field {
  const has = Array.from({ length: rule.max + 1 }, () => false);
  let star = false;
  const parts = text.split(',').filter((each) => each !== '');
  if (parts.length === 0) throw new Error(notUnderstood(rule, text));
  for (const part of parts) {
    const range = readRange(rule, part);
    if (!range) throw new Error(notUnderstood(rule, text));
    for (let value = range.first; value <= range.last; value += range.step) has[value] = true;
    star ||= range.star;
  }
  return { has, star };
}

/** `*`, a value or a range, with or without a step; what stands behind the hyphen of `*-` means nothing. */
function readRange(
  { min, max, names = [] }: FieldRule,
  text: string,
): { first: number; last: number; step: number; star: boolean } | undefined {
  const [range = '', written, more] = text.split('/');
  const [low = '', high, another] = range.split('-');
  const every = low === '*' || low === '?';
  if (more !== undefined || (another !== undefined && !every)) return undefined;
  const number = (value: string) => {
    const byName = names.indexOf(value.toLowerCase());
    return byName >= 0 ? byName + min : wholeNumber(value);
  };
  const first = every ? min : number(low);
  const ends = high === undefined ? (written === undefined ? first : max) : number(high);
  const last = every ? max : ends;
  const step = written === undefined ? 1 : wholeNumber(written);
  if (!(step > 0 && first >= min && first <= last && last <= max)) return undefined;
  return { first, last, step, star: every && step === 1 };
}

/** As Go's Atoi: 64 bits, with a sign if there is one; NaN for what is none or negative. */
function wholeNumber(text: string): number {
  if (!/^\+?\d+$/.test(text) || BigInt(text.replace('+', '')) > 2n ** 63n - 1n) return Number.NaN;
  return Number(text);
}

const notUnderstood = ({ what, min, max }: FieldRule, text: string) =>
  `${what} ${JSON.stringify(text)} is not understood: ${min} to ${max}, ranges, lists and steps are`;

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const maxYears = 5;

/**
 * robfig/cron's `SpecSchedule.Next`, step by step: field by field from the largest on, each moved until it fits, and back to the
 * first when one of them overflows. Where clocks change its times follow from these steps.
 */
function nextOf(fields: readonly Field[], offsetAt: (ms: number) => number, afterMs: number): number | undefined {
  const [second, minute, hour, day, month, weekday] = fields as [Field, Field, Field, Field, Field, Field];
  const dayFits = () => {
    const [byMonth, byWeek] = [day.has[local.getUTCDate()]!, weekday.has[local.getUTCDay()]!];
    return day.star || weekday.star ? byMonth && byWeek : byMonth || byWeek;
  };
  let ms = 0;
  /** The wall clock at `ms`, in the UTC fields of a Date. */
  const local = new Date();
  let moved = false;
  const go = (to: number) => {
    ms = to;
    local.setTime(to + offsetAt(to));
  };
  /** As Go's time.Date: the offset is that of the wall clock read as UTC, then that of what comes of it. */
  const goTo = (wallMs: number) => go(wallMs - offsetAt(wallMs - offsetAt(wallMs)));
  /** Where a larger field moves for the first time, the smaller ones begin anew. */
  const begin = (move: () => void) => {
    if (!moved) move();
    moved = true;
  };
  const sinceMidnight = () => ((local.getTime() % dayMs) + dayMs) % dayMs;
  const startOfDay = () => local.getTime() - sinceMidnight();

  go(Math.floor(afterMs / secondMs) * secondMs + secondMs);
  const lastYear = local.getUTCFullYear() + maxYears;
  search: while (local.getUTCFullYear() <= lastYear) {
    while (!month.has[local.getUTCMonth() + 1]) {
      begin(() => goTo(Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), 1)));
      const [year, next, date] = [local.getUTCFullYear(), local.getUTCMonth() + 1, local.getUTCDate()];
      goTo(Date.UTC(year, next, date) + sinceMidnight());
      if (local.getUTCMonth() === 0) continue search;
    }
    while (!dayFits()) {
      begin(() => goTo(startOfDay()));
      goTo(local.getTime() + dayMs);
      const late = local.getUTCHours();
      if (late !== 0) go(ms + (late > 12 ? 24 - late : -late) * hourMs);
      if (local.getUTCDate() === 1) continue search;
    }
    while (!hour.has[local.getUTCHours()]) {
      begin(() => goTo(startOfDay() + local.getUTCHours() * hourMs));
      go(ms + hourMs);
      if (local.getUTCHours() === 0) continue search;
    }
    while (!minute.has[local.getUTCMinutes()]) {
      begin(() => go(Math.floor(ms / minuteMs) * minuteMs));
      go(ms + minuteMs);
      if (local.getUTCMinutes() === 0) continue search;
    }
    while (!second.has[local.getUTCSeconds()]) {
      moved = true;
      go(ms + secondMs);
      if (local.getUTCSeconds() === 0) continue search;
    }
    return ms;
  }
  return undefined;
}
