import { expect, test } from 'vitest';
import { needs, skippedFor } from './needs.ts';

test('what has its programs runs', () => {
  expect(needs('node')).toEqual({});
  expect(skippedFor([])).toEqual({});
});

test('what misses one is skipped, and says which', () => {
  expect(needs('node', 'no-such-program', 'nor-this')).toEqual({
    skip: true,
    meta: { missing: ['no-such-program', 'nor-this'] },
  });
});
