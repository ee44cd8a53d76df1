import { expect, test } from 'vitest';
import { fewASecond } from './few-a-second.ts';

test('of each second the first few are let through', () => {
  const allowed = fewASecond(2);
  const times = [5000, 5001, 5002, 5999, 6000, 6500, 6999, 9000];
  expect(times.filter((ms) => allowed(ms))).toEqual([5000, 5001, 6000, 6500, 9000]);
});
