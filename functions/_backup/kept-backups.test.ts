import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newBackupId } from './backup-id.ts';
import { keptBackups } from './kept-backups.ts';

const ids = (...times: string[]) => times.map((time) => newBackupId(Date.parse(`${time}Z`))).sort();
const times = (kept: readonly string[]) => kept.map((id) => id.slice(0, 13));

test('the newest are kept, and the newest of each day, week and month that has any', () => {
  const all = ids(
    '2026-08-31T03:00', // last of August
    '2026-10-31T03:00', // a Saturday, last of October
    '2026-11-15T03:00', // a Sunday
    '2026-11-16T03:00', // a Monday
    '2026-11-27T03:00',
    '2026-11-27T15:00',
    '2026-11-28T03:00',
    '2026-11-29T03:00',
    '2026-11-29T09:00',
  );
  expect(times(keptBackups(all, { newest: 1 }))).toEqual(['20261129T0900']);
  expect(times(keptBackups(all, { newest: 2, daily: 3 }))).toEqual([
    '20261127T1500',
    '20261128T0300',
    '20261129T0300',
    '20261129T0900',
  ]);
  // The week from the 23rd to the 29th, that from the 16th to the 22nd, that from the 9th to the 15th.
  expect(times(keptBackups(all, { newest: 1, weekly: 3 }))).toEqual([
    '20261115T0300',
    '20261116T0300',
    '20261129T0900',
  ]);
  // There is none of September.
  expect(times(keptBackups(all, { newest: 1, monthly: 3 }))).toEqual([
    '20260831T0300',
    '20261031T0300',
    '20261129T0900',
  ]);
});

test('whatever is asked for, the newest stays, and nothing is kept that is not there', () => {
  const time = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2030, 0) });
  const count = fc.integer({ min: 0, max: 5 });
  fc.assert(
    fc.property(
      fc.uniqueArray(time, { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 5 }),
      count,
      count,
      count,
      (moments, newest, daily, weekly, monthly) => {
        const all = moments.map((moment) => newBackupId(moment)).sort();
        const kept = keptBackups(all, { newest, daily, weekly, monthly });
        expect(kept).toContain(all.at(-1));
        expect(all).toEqual(expect.arrayContaining(kept));
        expect(kept.length).toBeLessThanOrEqual(newest + daily + weekly + monthly);
        // Again, with what is left: nothing more goes.
        expect(keptBackups(kept, { newest, daily, weekly, monthly })).toEqual(kept);
      },
    ),
  );
});
