import { describe, expect, it } from 'vitest';
import { failuresOf, type Measured, percentile } from './verdict.ts';

const held = (mib = 100, descriptors = 50) => ({ processes: 1, mib, descriptors });
const sample = (mib = 100, descriptors = 50) => ({
  at: 0,
  platform: held(mib, descriptors),
  functions: held(mib),
  others: held(),
});
const read = (ms: number) => ({ times: Array.from({ length: 100 }, () => ms), errors: [] as string[], failed: 0 });
const measured = (changes: Partial<Measured> = {}): Measured => ({
  quiet: read(10),
  attacked: read(29),
  attacks: [{ name: 'one', outcomes: { 401: 3 }, breaches: [] }],
  samples: Array.from({ length: 30 }, () => sample()),
  before: sample(),
  after: sample(),
  writes: { acknowledged: 5, without: 0, wrong: [] },
  ended: [],
  ...changes,
});

it('everything holds', () => expect(failuresOf(measured(), true)).toEqual([]));

describe('the verdict names', () => {
  it.each<[string, Partial<Measured>, RegExp]>([
    ['errors of readers', { attacked: { ...read(10), errors: ['/blog/: 503'], failed: 1 } }, /1 requests .*503/],
    ['readers who wait three times as long', { attacked: read(30) }, /3\.0 times as long/],
    ['an attack that got in', { attacks: [{ name: 'one', outcomes: { 200: 1 }, breaches: ['200'] }] }, /^one: 200$/],
    ['an attack that was not made', { attacks: [{ name: 'one', outcomes: {}, breaches: [] }] }, /nothing became/],
    ['a lost write', { writes: { acknowledged: 1, without: 0, wrong: ['x is absent'] } }, /x is absent/],
    ['that nothing was written', { writes: { acknowledged: 0, without: 0, wrong: [] } }, /no write/],
    ['descriptors that were kept', { after: sample(100, 111) }, /61 file descriptors/],
    ['a platform that ended', { ended: ['the platform ended with 1'] }, /ended with 1/],
    [
      'memory that grows',
      { samples: Array.from({ length: 30 }, (_, n) => sample(100 + n * 3)) },
      /the memory of platform grew/,
    ],
  ])('%s', (_, changes, failure) => {
    expect(failuresOf(measured(changes), true).join('\n')).toMatch(failure);
  });

  it('no growth that came to its end, and no waiting where others use the machine', () => {
    const samples = Array.from({ length: 30 }, (_, n) => sample(Math.min(200, 100 + n * 10)));
    expect(failuresOf(measured({ samples, attacked: read(90) }), false)).toEqual([]);
  });
});

it('a percentile is one of the values', () => {
  const values = Array.from({ length: 100 }, (_, n) => 100 - n);
  expect([percentile(values, 50), percentile(values, 95), percentile([7], 99.99)]).toEqual([51, 96, 7]);
});
