import { Cron } from 'croner';
import { isZoneName } from './zone-names.ts';

/** A schedule in a time zone. */
export interface Schedule {
  /** The first second (of a five-field schedule: minute) after `afterMs` (milliseconds since the epoch) that fits; `undefined` when none does within five years. */
  next(afterMs: number): number | undefined;
}

interface FieldRule {
  what: string;
  min: number;
  max: number;
  /** From the name of `min` on. */
  names?: readonly string[];
}

const horizonMs = 5 * 366 * 24 * 60 * 60 * 1000;
const rules: readonly FieldRule[] = [
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
const second: FieldRule = { what: 'second', min: 0, max: 59 };

/**
 * Reads a schedule as PingSource takes it (robfig/cron's parser with optional seconds): second where there are six fields,
 * minute, hour, day of month, month, day of week, each `*`, `?`, values, ranges, lists and steps, months and weekdays also
 * by name; `@hourly` and its like; a leading `CRON_TZ=Zone`, unless `timezone` is given. Hours that a change to summer
 * time skips are skipped, repeated ones are used twice.
 *
 * @param timezone name in the tz database; default: UTC
 * @throws Error saying which part is wrong
 */
export function parseCron(expression: string, timezone?: string): Schedule {
  const [, given, rest] = /^(?:(?:CRON_)?TZ=(\S+)\s+)?(.*)$/.exec(expression.trim()) as RegExpExecArray;
  if (given !== undefined && timezone !== undefined)
    throw new Error(`schedule ${JSON.stringify(expression)} names a time zone beside the one that is given`);
  const fields = (named[rest as string] ?? (rest as string)).split(/\s+/);
  if (fields.length === rules.length) fields.unshift('0');
  if (fields.length !== rules.length + 1)
    throw new Error(
      `schedule ${JSON.stringify(expression)} has ${fields.length} fields: five are needed (minute hour day month weekday), or six with seconds before them`,
    );
  const [seconds, ...others] = fields as [string, ...string[]];
  const pattern = [secondsField(seconds), ...rules.map((rule, at) => cronerField(rule, others[at] as string))].join(
    ' ',
  );
  const cron = new Cron(pattern, { mode: '6-part', domAndDow: false, ...zoneOption(given ?? timezone ?? 'UTC') });
  return {
    next(afterMs) {
      const next = cron.nextRun(new Date(afterMs))?.getTime();
      return next !== undefined && next <= afterMs + horizonMs ? next : undefined;
    },
  };
}

/**
 * A field in the part of croner's language that means the same to both: croner also reads `L`, `W`, `#` and Sunday as 7,
 * and rejects `5/20` and steps longer than the field. A field is `*` when one of its parts is: then, and only then, the
 * other field of days decides alone.
 */
function cronerField(rule: FieldRule, text: string): string {
  const parts = text.split(',').map((part) => readPart(rule, part));
  if (parts.includes(undefined)) throw new Error(notUnderstood(rule, text));
  return parts.includes('*') ? '*' : parts.join(',');
}

/** Never `*`: the step keeps croner from moving times that a change to summer time skips. */
const secondsField = (text: string) => cronerField(second, text).replace('*', '0-59/1');

function readPart({ min, max, names = [] }: FieldRule, text: string): string | undefined {
  const [, range, from = '', to, step = '1'] = /^([*?]|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(text) ?? [];
  if (range === undefined || Number(step) === 0) return undefined;
  const every = range === '*' || range === '?';
  if (every && Number(step) === 1) return '*';
  const number = (value: string) => {
    const byName = names.indexOf(value.toLowerCase());
    return byName >= 0 ? byName + min : /^\d+$/.test(value) ? Number(value) : Number.NaN;
  };
  const first = every ? min : number(from);
  const last = every ? max : to !== undefined ? number(to) : text.includes('/') ? max : first;
  if (!(first >= min && first <= last && last <= max)) return undefined;
  return `${first}-${last}/${Math.min(Number(step), max - min + 1)}`;
}

const notUnderstood = ({ what, min, max }: FieldRule, text: string) =>
  `${what} ${JSON.stringify(text)} is not understood: ${min} to ${max}, ranges, lists and steps are`;

/** @throws Error when there is no such zone: croner would say so only at the first use, and knows more names than Go */
function zoneOption(timezone: string): { timezone: string } | { utcOffset: number } {
  if (!isZoneName(timezone)) throw new Error(`unknown time zone ${timezone}`);
  // The zone of a container is UTC.
  if (/^(?:Local|(?:Etc\/)?(?:UTC|GMT))$/.test(timezone)) return { utcOffset: 0 };
  return { timezone: new Intl.DateTimeFormat('en-US', { timeZone: timezone }).resolvedOptions().timeZone };
}
