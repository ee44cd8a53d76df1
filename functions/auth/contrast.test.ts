import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contrast, legible, lowestContrast, minContrast, type Theme } from './contrast.ts';

const anyColor = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);

describe('contrast', () => {
  test.each([
    ['#000000', '#ffffff', 21],
    ['#777777', '#ffffff', 4.48],
    ['#8f4a1b', '#8f4a1b', 1],
  ])('of %s and %s is %d', (one, other, expected) => {
    expect(contrast(one, other)).toBeCloseTo(expected, 2);
    expect(contrast(other, one)).toBe(contrast(one, other));
  });

  test('of what is proposed instead of any colour is enough in its theme', () => {
    fc.assert(
      fc.property(anyColor, fc.constantFrom<Theme>('light', 'dark'), (color, theme) => {
        expect(lowestContrast(legible(color, theme), theme)).toBeGreaterThanOrEqual(minContrast);
      }),
    );
  });

  test('leaves a colour as it is that can be read', () => {
    expect([legible('#8f4a1b', 'light'), legible('#e6a56c', 'dark')]).toEqual(['#8f4a1b', '#e6a56c']);
  });
});
