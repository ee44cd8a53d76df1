import { slugOf } from '@dormouse/runtime/slug';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonical, skeleton } from './slug.ts';

test('a slug is found in every spelling of its address', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 130 }), (given) => {
      const slug = slugOf(given);
      expect(canonical(slug)).toBe(slug);
      expect(canonical(slug.normalize('NFD'))).toBe(slug);
    }),
  );
});

test('slugs that look the same have one skeleton', () => {
  expect(skeleton(slugOf('рауpаl'))).toBe('paypal');
  expect(skeleton('café')).toBe('cafe');
  expect(skeleton('日本語')).toBe('日本語');
});
