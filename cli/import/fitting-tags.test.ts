import { importedPost } from '@dormouse/posts/fields';
import fc from 'fast-check';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { fittingTags } from './fitting-tags.ts';

it('keeps tags as they are written, in their order', () => {
  expect(fittingTags(['Green tea', 'C#', '일기', 'green Tea', ' '])).toEqual({
    tags: ['Green tea', 'C#', '일기'],
    notes: [],
  });
});

it('says what it had to change', () => {
  const many = Array.from({ length: 22 }, (_, n) => `tag ${n}`);
  expect(fittingTags([`${'x'.repeat(49)} yz`, ...many])).toMatchObject({
    notes: [`tag shortened: ${'x'.repeat(49)}`, '23 tags, the first 20 are kept'],
  });
  expect(fittingTags(['red, white', 'a\u0000b']).tags).toEqual(['red white', 'a b']);
});

it('makes tags that the platform takes as they are', () => {
  const post = { title: 'T', content: 'c', category_name: 'C' };
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 60 }), { maxLength: 25 }), (given) => {
      const { tags } = fittingTags(given);
      expect(v.parse(importedPost, { ...post, tags }).tags).toEqual(tags);
    }),
  );
});
