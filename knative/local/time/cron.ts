/** A five-field schedule in a time zone. */
export interface Schedule {
  /** The first minute after `afterMs` (milliseconds since the epoch) that fits; `undefined` when none does within five years. */
  next(afterMs: number): number | undefined;
}

interface Field {
  values: ReadonlySet<number>;
  /** Written as `*` or `?`: matters for the days, of which either may fit when both are restricted. */
  open: boolean;
}

interface Local {
  minute: number;
  hour: number;
  day: number;
  month: number;
  weekday: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const horizonMs = 5 * 366 * dayMs;
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
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
 * Reads a schedule as PingSource takes it (robfig/cron's standard parser): minute, hour, day of month, month, day of
 * week, each `*`, `?`, values, ranges, lists and steps, months and weekdays also by name; `@hourly` and its like; a
 * leading `CRON_TZ=Zone`. Hours that a change to summer time skips are skipped, repeated ones are used twice.
 *
 * @throws Error saying which part is wrong
 */
export function parseCron(expression: string, timezone = 'UTC'): Schedule {
  const [, given, rest] = /^(?:(?:CRON_)?TZ=(\S+)\s+)?(.*)$/.exec(expression.trim()) as RegExpExecArray;
  const fields = (named[rest as string] ?? (rest as string)).split(/\s+/);
  if (fields.length !== 5)
    throw new Error(
      `schedule ${JSON.stringify(expression)} has ${fields.length} fields: five are needed (minute hour day month weekday)`,
    );
  const [minute, hour, day, month, weekday] = fields as [string, string, string, string, string];
  const wanted = {
    minute: parseField('minute', minute, 0, 59),
    hour: parseField('hour', hour, 0, 23),
    day: parseField('day of month', day, 1, 31),
    month: parseField('month', month, 1, 12, months, 1),
    weekday: parseField('day of week', weekday, 0, 6, weekdays),
  };
  const localOf = localTime(given ?? timezone);
  const dayFits = (local: Local) => {
    const byMonth = wanted.day.values.has(local.day);
    const byWeek = wanted.weekday.values.has(local.weekday);
    return (
      wanted.month.values.has(local.month) &&
      (wanted.day.open || wanted.weekday.open ? byMonth && byWeek : byMonth || byWeek)
    );
  };
  return {
    next(afterMs) {
      const until = afterMs + horizonMs;
      for (let at = (Math.floor(afterMs / minuteMs) + 1) * minuteMs; at <= until; ) {
        const local = localOf(at);
        if (!dayFits(local)) at += toMidnight(local);
        else if (!wanted.hour.values.has(local.hour)) at += toQuarter(local);
        else if (!wanted.minute.values.has(local.minute)) at += minuteMs;
        else return at;
      }
      return undefined;
    },
  };
}

/** A step that cannot pass midnight even when the clocks change meanwhile: offsets are whole quarters of an hour. */
function toMidnight(local: Local): number {
  const left = dayMs - local.hour * hourMs - local.minute * minuteMs;
  return left > 4 * hourMs ? left - 3 * hourMs : toQuarter(local);
}

const toQuarter = (local: Local) => (15 - (local.minute % 15)) * minuteMs;

function parseField(
  what: string,
  text: string,
  min: number,
  max: number,
  names: readonly string[] = [],
  firstName = 0,
): Field {
  const values = new Set<number>();
  const fail = (part: string) =>
    new Error(`${what} ${JSON.stringify(part)} is not understood: ${min} to ${max}, ranges, lists and steps are`);
  const number = (part: string) => {
    const byName = names.indexOf(part.toLowerCase());
    const value = byName >= 0 ? byName + firstName : /^\d+$/.test(part) ? Number(part) : Number.NaN;
    if (!(value >= min && value <= max)) throw fail(text);
    return value;
  };
  for (const part of text.split(',')) {
    const [range = '', step = '1', ...more] = part.split('/');
    if (more.length > 0 || !/^\d+$/.test(step) || Number(step) === 0) throw fail(text);
    const [from = '', to, ...others] = range.split('-');
    if (others.length > 0) throw fail(text);
    const every = range === '*' || range === '?';
    const first = every ? min : number(from);
    const last = every ? max : to === undefined ? (part.includes('/') ? max : first) : number(to);
    if (last < first) throw fail(text);
    for (let value = first; value <= last; value += Number(step)) values.add(value);
  }
  return { values, open: /^[*?]/.test(text) };
}

/** Fields of a moment in a zone. */
function localTime(timezone: string): (ms: number) => Local {
  if (/^(?:Etc\/)?(?:UTC|GMT)$/.test(timezone)) return (ms) => fieldsOf(ms);
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (ms) => {
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(ms)) part[type] = Number(value);
    return fieldsOf(Date.UTC(part.year as number, (part.month as number) - 1, part.day, part.hour, part.minute));
  };
}

function fieldsOf(ms: number): Local {
  const date = new Date(ms);
  return {
    minute: date.getUTCMinutes(),
    hour: date.getUTCHours(),
    day: date.getUTCDate(),
    month: date.getUTCMonth() + 1,
    weekday: date.getUTCDay(),
  };
}
