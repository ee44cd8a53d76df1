import { expect, test } from 'vitest';
import { within } from './within.ts';

test('work that ends in time gives its result, or its error', () => {
  expect(within(1_000, () => 'done')).toBe('done');
  expect(() =>
    within(1_000, () => {
      throw new TypeError('no');
    }),
  ).toThrow(TypeError);
});

test('work that does not is broken off, in the middle of a regular expression too', () => {
  const startMs = performance.now();
  expect(within(20, () => /^(a+)+$/.test(`${'a'.repeat(60)}b`))).toBeUndefined();
  expect(
    within(20, () => {
      for (;;);
    }),
  ).toBeUndefined();
  // Without an end it would not come here; the bound is for a busy machine.
  expect(performance.now() - startMs).toBeLessThan(5_000);
  expect(within(1_000, () => /^a+$/.test('aaa'))).toBe(true);
});
