import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCron } from './cron.ts';

const at = (text: string) => Date.parse(text);
const nextOf = (expression: string, after: string, timezone?: string) => {
  const next = parseCron(expression, timezone).next(at(after));
  return next === undefined ? undefined : new Date(next).toISOString();
};

describe('a schedule', () => {
  test.each([
    ['* * * * *', '2026-01-01T00:00:00Z', '2026-01-01T00:01:00.000Z'],
    ['* * * * *', '2026-01-01T00:00:59.999Z', '2026-01-01T00:01:00.000Z'],
    ['*/15 * * * *', '2026-01-01T00:15:00Z', '2026-01-01T00:30:00.000Z'],
    ['5/20 * * * *', '2026-01-01T00:26:00Z', '2026-01-01T00:45:00.000Z'],
    ['0 9-17/4 * * MON-FRI', '2026-01-02T17:00:00Z', '2026-01-05T09:00:00.000Z'],
    ['30 4 1,15 * 5', '2026-01-02T04:30:00Z', '2026-01-09T04:30:00.000Z'],
    ['30 4 1,15 * *', '2026-01-02T04:30:00Z', '2026-01-15T04:30:00.000Z'],
    ['0 0 29 2 *', '2026-03-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['0 0 1 jan ?', '2026-01-01T00:00:00Z', '2027-01-01T00:00:00.000Z'],
    ['@hourly', '2026-12-31T23:00:00Z', '2027-01-01T00:00:00.000Z'],
    ['@weekly', '2026-01-01T00:00:00Z', '2026-01-04T00:00:00.000Z'],
  ])('%s after %s is %s', (expression, after, expected) => {
    expect(nextOf(expression, after)).toBe(expected);
  });

  test('that never comes has no next time', () => {
    expect(nextOf('0 0 30 2 *', '2026-01-01T00:00:00Z')).toBeUndefined();
    expect(nextOf('0 0 30 2 *', '2026-01-01T00:00:00Z', 'Europe/Berlin')).toBeUndefined();
  });

  test.each([
    ['0 12 * * *', '2026-01-01T00:00:00Z', 'America/New_York', '2026-01-01T17:00:00.000Z'],
    ['0 12 * * *', '2026-07-01T00:00:00Z', 'America/New_York', '2026-07-01T16:00:00.000Z'],
    ['30 2 * * *', '2026-03-28T12:00:00Z', 'Europe/Berlin', '2026-03-30T00:30:00.000Z'],
    ['30 2 * * *', '2026-10-25T00:00:00Z', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
    ['30 2 * * *', '2026-10-25T00:30:00Z', 'Europe/Berlin', '2026-10-25T01:30:00.000Z'],
    ['0 0 1 1 *', '2026-06-01T00:00:00Z', 'Asia/Kathmandu', '2026-12-31T18:15:00.000Z'],
  ])('%s after %s in %s', (expression, after, timezone, expected) => {
    expect(nextOf(expression, after, timezone)).toBe(expected);
    expect(nextOf(`CRON_TZ=${timezone} ${expression}`, after)).toBe(expected);
  });

  test.each([
    '',
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 7',
    '*/0 * * * *',
    '5-1 * * * *',
    'a * * * *',
    '1-2-3 * * * *',
  ])('%s is refused', (expression) => {
    expect(() => parseCron(expression)).toThrow(/fields|not understood/);
  });

  test('in a zone that does not exist is refused', () => {
    expect(() => parseCron('* * * * *', 'Mars/Olympus')).toThrow(/Mars\/Olympus/);
  });

  const list = (min: number, max: number) =>
    fc.oneof(
      fc.constant('*'),
      fc.array(fc.integer({ min, max }), { minLength: 1, maxLength: 3 }).map((values) => values.join(',')),
    );
  const zones = ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Asia/Kathmandu'];

  test('has as next time the first minute that fits, as a clerk would find it who looks at every minute', () => {
    fc.assert(
      fc.property(
        list(0, 59),
        list(0, 23),
        list(1, 31),
        list(0, 6),
        fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') }),
        fc.constantFrom(...zones),
        (minute, hour, day, weekday, after, timeZone) => {
          const format = new Intl.DateTimeFormat('en-US', {
            timeZone,
            hourCycle: 'h23',
            weekday: 'short',
            day: 'numeric',
            hour: 'numeric',
            minute: 'numeric',
          });
          const has = (field: string, value: number) => field === '*' || field.split(',').map(Number).includes(value);
          const fits = (ms: number) => {
            const part = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
            const week = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(part.weekday as string);
            const days =
              day === '*' || weekday === '*'
                ? has(day, Number(part.day)) && has(weekday, week)
                : has(day, Number(part.day)) || has(weekday, week);
            return days && has(hour, Number(part.hour)) && has(minute, Number(part.minute));
          };
          const next = parseCron(`${minute} ${hour} ${day} * ${weekday}`, timeZone).next(after);
          let expected = (Math.floor(after / 60_000) + 1) * 60_000;
          const horizon = expected + 2 * 24 * 3_600_000;
          while (expected < horizon && !fits(expected)) expected += 60_000;
          if (expected < horizon) expect(next).toBe(expected);
          else expect(next ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(horizon);
        },
      ),
      { numRuns: 150 },
    );
  });
});
