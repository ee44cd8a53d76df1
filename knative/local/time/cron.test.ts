import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCron } from './cron.ts';
import { fields, minuteMs, robfig, times, zones } from './robfig-cron.fixture.ts';
import { answerOf, askedSchedules, digestOf, exceptions, questionsOf } from './robfig-schedules.fixture.ts';

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
    ['0 0 */2 * 1', '2026-01-01T00:00:00Z', '2026-01-03T00:00:00.000Z'],
    ['0 0 */2 * 1', '2026-01-11T00:00:00Z', '2026-01-12T00:00:00.000Z'],
    ['0 0 13 * */3', '2026-01-11T00:00:00Z', '2026-01-13T00:00:00.000Z'],
    ['0 0 */1 * 1', '2026-01-01T00:00:00Z', '2026-01-05T00:00:00.000Z'],
    ['0 0 10,? * 1', '2026-01-01T00:00:00Z', '2026-01-05T00:00:00.000Z'],
    ['*/100 * * * *', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00.000Z'],
    ['*/20 * * * * *', '2026-01-01T00:00:25Z', '2026-01-01T00:00:40.000Z'],
    ['* * * * * *', '2026-01-01T00:00:25Z', '2026-01-01T00:00:26.000Z'],
    ['30 0 12 * * ?', '2026-01-01T12:00:30Z', '2026-01-02T12:00:30.000Z'],
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
    ['*/30 2 * * *', '2026-10-25T00:30:00Z', 'Europe/Berlin', '2026-10-25T01:00:00.000Z'],
    ['15 2 * * *', '2026-10-03T12:00:00Z', 'Australia/Lord_Howe', '2026-10-04T15:15:00.000Z'],
    ['0 0 1 1 *', '2026-06-01T00:00:00Z', 'Asia/Kathmandu', '2026-12-31T18:15:00.000Z'],
  ])('%s after %s in %s', (expression, after, timezone, expected) => {
    expect(nextOf(expression, after, timezone)).toBe(expected);
    expect(nextOf(`CRON_TZ=${timezone} ${expression}`, after)).toBe(expected);
    expect(nextOf(`0 ${expression}`, after, timezone)).toBe(expected);
  });

  test.each([
    '',
    '* * * *',
    '* * * * * * *',
    '60 * * * * *',
    '* 60 * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 7',
    '*/0 * * * *',
    '5-1 * * * *',
    'a * * * *',
    '1-2-3 * * * *',
    ', * * * *',
    '1/2/3 * * * *',
    '*/9223372036854775808 * * * *',
    ' @daily',
    'TZ=UTC',
    '0 0 L * *',
    '0 0 15W * *',
    '0 0 * * 5#2',
    '0 0 * * 5L',
    '0 0 1 * -5',
    '@every 1h',
    '@reboot',
  ])('%s is rejected', (expression) => {
    expect(() => parseCron(expression)).toThrow(/fields|not understood/);
  });

  test.each(['Mars/Olympus', 'CST', 'IST', 'europe/berlin', 'utc', '+01:00', 'SystemV/AST4', 'Factory'])(
    'in %s, which is no name of the tz database, is rejected',
    (zone) => {
      expect(() => parseCron('* * * * *', zone)).toThrow(`unknown time zone ${zone}`);
      expect(() => parseCron(`CRON_TZ=${zone} * * * * *`)).toThrow(`unknown time zone ${zone}`);
    },
  );

  test.each([
    'EST',
    'CST6CDT',
    'US/Pacific',
    'Europe/Kyiv',
    'Asia/Kolkata',
    'Asia/Calcutta',
    'Etc/GMT+1',
    'Local',
    'Zulu',
  ])('in %s, a name of the tz database, is kept', (zone) =>
    expect(nextOf('0 0 1 1 *', '2026-06-01T00:00:00Z', zone)).toMatch(/^(2026-12-31|2027-01-01)T/),
  );

  test.each([
    ['1,,2 * * * *', '1,2 * * * *'],
    ['+5-09/+2 * * * *', '5-9/2 * * * *'],
    ['*-5 * * 1 *', '* * * 1 *'],
    ['TZ= 0 0 * * *', '@daily'],
  ])('%s is %s, as for Knative', (expression, plain) => {
    expect(nextOf(expression, '2026-06-01T00:00:00Z')).toBe(nextOf(plain, '2026-06-01T00:00:00Z'));
  });

  test('is what robfig/cron says of 2,202 schedules in nine zones, but for those that are named', () => {
    const schedules = askedSchedules();
    const recorded = readFileSync(join(import.meta.dirname, 'robfig-answers.fixture.txt'), 'utf8')
      .trim()
      .split('\n');
    expect(recorded).toHaveLength(2202);
    expect(recorded.filter((line) => line === '-').length).toBeLessThan(300);
    const different = schedules.filter(
      (schedule, index) =>
        !exceptions.has(schedule) && digestOf(questionsOf(schedule, index).map(answerOf)) !== recorded[index],
    );
    expect(different).toEqual([]);
  });

  test('has one time zone', () => {
    expect(() => parseCron('TZ=UTC * * * * *', 'Europe/Berlin')).toThrow(/beside the one that is given/);
  });

  test('has as next time the first minute that robfig/cron’s rules let through', () => {
    fc.assert(
      fc.property(fields, times, fc.constantFrom(...zones), (written, after, timeZone) => {
        const fits = robfig(written, timeZone);
        const next = parseCron(written.join(' '), timeZone).next(after);
        let expected = (Math.floor(after / minuteMs) + 1) * minuteMs;
        const horizon = expected + 3 * 24 * 60 * minuteMs;
        while (expected < horizon && !fits(expected)) expected += minuteMs;
        if (expected < horizon) expect(next).toBe(expected);
        else expect(next ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(horizon);
      }),
      { numRuns: 400 },
    );
  });
});
