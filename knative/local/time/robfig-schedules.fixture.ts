import { createHash } from 'node:crypto';
import { parseCron } from './cron.ts';

/** Zones with summer time of an hour and of half an hour, changes at midnight, one that calls its summer the standard, and offsets that are no whole hours. */
const askedZones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'America/Havana',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Asia/Beirut',
  'Europe/Dublin',
] as const;

/** How many times of a schedule are compared. */
const askedTimes = 5;

/** Two days before clocks change in one of the zones, and some other days. */
const starts = [
  '2024-01-01T00:00:00Z',
  '2025-03-07T12:34:56Z',
  '2025-03-28T22:15:00Z',
  '2025-03-29T00:59:59Z',
  '2025-03-30T00:30:00Z',
  '2025-04-05T01:00:00Z',
  '2025-10-04T03:00:00Z',
  '2025-10-24T20:00:00Z',
  '2025-10-26T00:15:30Z',
  '2025-11-01T05:00:00Z',
  '2025-11-02T04:00:00Z',
  '2026-02-14T23:00:00Z',
  '2026-12-31T23:59:59Z',
].map((text) => Date.parse(text));

/** When a schedule is asked for the times after it. */
const startOf = (index: number): number => starts[index % starts.length]!;

/** Written by hand: names, steps, zones of their own, and what is no schedule or only looks like one. */
const byHand = `
* * * * *|*/5 * * * *|0 0 1 1 *|@yearly|@annually|@monthly|@weekly|@daily|@midnight|@hourly|@every 1h|@every 5m|@Daily|@reboot|@
0 2 * * *|30 2 * * *|59 1 * * *|0 3 * * *|*/30 1-3 * * *|0 0 * * *|30 0 * * *|0 23 * * *|15 */2 * * *|0 0 29 2 *|0 0 30 2 *|0 0 31 * *
0 0 31 4,6,9,11 *|0 12 1-7 * MON|0 12 1-7 * ?|0 0 13 * FRI|0 0 * * SUN|0 0 * * sun-sat|0 0 * * sat-sun|0 0 * JAN-MAR *|0 0 * jan,JUL mon
0 0 * * 7|0 0 0 * *|0 0 * 0 *|0 0 * 13 *|0 24 * * *|60 * * * *|60 * * * * *|59 59 23 31 12 *|0 0 0 1 1 ?|*/10 * * * * *|5/15 * * * * *
? ? ? ? ?|?/7 * * * *|*/1 * * * *|*/100 * * * *|0-59/100 * * * *|*/0 * * * *|*/-1 * * * *|0/0 * * * *|5-1 * * * *|1-2-3 * * * *
*-5 * * * *|*-5/2 * * * *|*-a * * * *|*-1-2 * * * *|1,,2 * * * *|,1 * * * *|1, * * * *|, * * * *|+5 * * * *|+5-+9/+2 * * * *
1/2/3 * * * *|1/ * * * *|/5 * * * *|-5 * * * *|5- * * * *|1.5 * * * *|0x5 * * * *|007 * * * *|1_0 * * * *|a * * * *|* * L * *|* * 15W * *
* * * * 5#2|* * * * 5L|* * * * MON#1|* * * jan/2 *|* * * * mon/2|* * * */jan *|jan * * * *|* mon * * *|* * * january *|* * * * monday
*/9223372036854775807 * * * *|*/9223372036854775808 * * * *|0 0 99999999999999999999 * *
* * * *|* * * * * * *|CRON_TZ=UTC|CRON_TZ=UTC * * * * *|TZ=Europe/Berlin 0 2 * * *|CRON_TZ=Mars/Base * * * * *|TZ= * * * * *
CRON_TZ=cet 0 0 * * *|CRON_TZ=CET 0 0 * * *|CRON_TZ=CST * * * * *|CRON_TZ=UTC  0 1 * * *|CRON_TZ=UTC @daily|CRON_TZ=UTC TZ=UTC * * * * *
  * * * * *|* * * * *  | @daily|@daily | TZ=UTC * * * * *|*  *  *  *  *|0 0 * * * @every 1h|TZ=../UTC * * * * *|TZ=Asia/Tokyo 30 4 * * *
`;

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const weekdays = 'sun mon tue wed thu fri sat'.split(' ');
const bounds: readonly [min: number, max: number, names?: readonly string[]][] = [
  [0, 59],
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12, months],
  [0, 6, weekdays],
];

/** 2,202 schedules, the same at each call. */
export function askedSchedules(): string[] {
  const listed = byHand.split(/[|\n]/).filter((each) => each !== '');
  const random = generator(2202);
  while (listed.length < 2202) listed.push(generated(random));
  return listed;
}

type Random = (max: number) => number;

/** Numbers from 0 to below `max` (mulberry32). */
function generator(seed: number): Random {
  let state = seed;
  return (max) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * max);
  };
}

function generated(random: Random): string {
  const fields = bounds.slice(random(4) === 0 ? 0 : 1);
  // Hours and days around which clocks change are wanted more often than chance has them.
  return fields
    .map((bound) => (bound[1] === 23 && random(3) === 0 ? String(random(4)) : field(bound, random)))
    .join(' ');
}

function field([min, max, names]: (typeof bounds)[number], random: Random): string {
  if (random(5) < 2) return '*';
  return Array.from({ length: random(6) === 0 ? 2 + random(2) : 1 }, () => part(min, max, names, random)).join(',');
}

function part(min: number, max: number, names: readonly string[] | undefined, random: Random): string {
  // One in fifty is out of bounds.
  const value = () => (random(50) === 0 ? max + 1 + random(9) : min + random(max - min + 1));
  const text = (number: number) => {
    const name = names?.[number - min];
    return name && random(2) === 0 ? (random(2) === 0 ? name : name.toUpperCase()) : String(number);
  };
  const step = random(3) === 0 ? `/${random(12) === 0 ? random(100) : 1 + random(15)}` : '';
  const [one, other] = [value(), value()];
  const ordered = random(30) > 0;
  const range = ordered ? [Math.min(one, other), Math.max(one, other)] : [one, other];
  const start = [() => (random(4) === 0 ? '?' : '*'), () => text(one), () => range.map(text).join('-')][random(3)]!();
  return start + step;
}

/** A schedule, the zone that stands beside it (none: '') and the time after which it is asked. */
export interface Question {
  schedule: string;
  zone: string;
  after: number;
  count: number;
}

/** A schedule in each zone, and without one. */
export const questionsOf = (schedule: string, index: number): Question[] =>
  ['', ...askedZones].map((zone) => ({ schedule, zone, after: startOf(index), count: askedTimes }));

/** Times of a schedule, ms since the epoch; null where it is refused. */
export type Answer = readonly number[] | null;

/** A line of the recorded answers: what became of one schedule in every zone. */
export const digestOf = (answers: readonly Answer[]): string =>
  answers.every((each) => each === null)
    ? '-'
    : createHash('sha256').update(JSON.stringify(answers)).digest('base64url').slice(0, 8);

/** Differences that are meant, by the schedule. */
export const exceptions: ReadonlyMap<string, string> = new Map([
  [', * * * *', 'a field of commas alone is refused: robfig/cron takes it, and it never comes'],
]);

/** What the local platform answers. */
export function answerOf({ schedule, zone, after, count }: Question): Answer {
  try {
    const parsed = parseCron(schedule, zone || undefined);
    const times: number[] = [];
    for (let at = parsed.next(after); at !== undefined && times.length < count; at = parsed.next(at)) times.push(at);
    return times;
  } catch {
    return null;
  }
}
