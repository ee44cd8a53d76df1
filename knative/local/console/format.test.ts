import { expect, test } from 'vitest';
import { frequency } from './format.ts';

test.each([
  [0, '0'],
  [12.5, '12.5/s'],
  [0.1, '0.1/s'],
  [1 / 300, '0.2/min'],
  [1 / 3_600, '0.017/min'],
])('%d a second is written as %s: what happens seldom is not nothing', (perSecond, text) => {
  expect(frequency(perSecond)).toBe(text);
});
