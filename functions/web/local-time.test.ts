import { expect, it } from 'vitest';
import { localTime, timeOf } from './local-time.ts';

it.each([
  ['2026-12-01T09:00', 'Asia/Seoul', '2026-12-01T00:00:00.000Z'],
  ['2026-07-01T00:30', 'Europe/Berlin', '2026-06-30T22:30:00.000Z'],
  ['2026-12-01T09:00', 'UTC', '2026-12-01T09:00:00.000Z'],
])('%s in %s is %s', async (local, zone, time) => {
  expect(await timeOf(local, zone)).toBe(time);
  expect(localTime(time, zone)).toBe(local);
});

it('takes an hour that is left out in spring for the one after it', async () => {
  expect(await timeOf('2026-03-29T02:30', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z');
});

it('leaves what is no time to those who refuse it', async () => {
  expect(await timeOf('tomorrow', 'UTC')).toBe('tomorrow');
  expect([localTime(null, 'UTC'), localTime(undefined, 'UTC')]).toEqual(['', '']);
});
