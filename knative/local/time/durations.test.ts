import fc from 'fast-check';
import { expect, test } from 'vitest';
import { goDuration, isoDuration } from './durations.ts';

test.each([
  ['60s', 60_000],
  ['1m30s', 90_000],
  ['1h', 3_600_000],
  ['0.2s', 200],
  ['.5s', 500],
  ['100ms', 100],
  ['1500us', 1.5],
  ['0', 0],
  ['-5s', -5000],
])('Go reads %s', (text, ms) => expect(goDuration(text)).toBeCloseTo(ms, 9));

test.each(['', '60', 's', '1d', '1 s', '1s ', '5S', 'PT5S', '.s', `${'00m'.repeat(60)}x`])(
  'Go does not read "%s"',
  (text) => expect(goDuration(text)).toBeUndefined(),
);

test.each([
  ['PT0.2S', 200],
  ['PT10S', 10_000],
  ['PT1M30S', 90_000],
  ['P1DT12H', 129_600_000],
  ['P1W', 604_800_000],
])('ISO 8601 is %s', (text, ms) => expect(isoDuration(text)).toBe(ms));

test.each(['', 'P', 'PT', 'P1M', 'P1Y', '10s', 'PT10', 'P1DT', 'pt1s', 'PT-1S'])(
  'ISO 8601 is not "%s", or its length varies',
  (text) => {
    expect(isoDuration(text)).toBeUndefined();
  },
);

test('hours, minutes and seconds add up in both', () => {
  fc.assert(
    fc.property(fc.nat(99), fc.nat(99), fc.nat(99), (hours, minutes, seconds) => {
      const ms = ((hours * 60 + minutes) * 60 + seconds) * 1000;
      expect(goDuration(`${hours}h${minutes}m${seconds}s`)).toBe(ms);
      expect(isoDuration(`PT${hours}H${minutes}M${seconds}S`)).toBe(ms);
    }),
  );
});
