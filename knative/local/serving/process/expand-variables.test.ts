import { describe, expect, test } from 'vitest';
import { expandVariables } from './expand-variables.ts';

describe('a reference to a variable', () => {
  test.each([
    ['$(A)', 'a'],
    ['$(A)-$(B_1)', 'a-b'],
    ['$(A)$(A)', 'aa'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$a'],
    ['$$$$(A)', '$$(A)'],
    ['$(NONE)', '$(NONE)'],
    ['$(toString)', '$(toString)'],
    ['$(REFERS)', '$(A)'],
    ['$A {A} $', '$A {A} $'],
    ['$(A', '$(A'],
    ['($(A))', '(a)'],
    ['$()', '$()'],
    ['$(OPEN$(A)', '$(OPEN$(A)'],
    ['$(EMPTY)|', '|'],
    ['100 $', '100 $'],
  ])('%s is %s', (text, expected) => {
    expect(expandVariables(text, { A: 'a', B_1: 'b', REFERS: '$(A)', EMPTY: '' })).toBe(expected);
  });
});
