import fc from 'fast-check';
import { expect, test } from 'vitest';
import { slugOf, tagSlug } from './slug.ts';

const title = fc.string({ unit: 'binary', minLength: 1, maxLength: 130 });

test.each([
  ['Hello, World!', 'hello-world'],
  ['C#', 'c-sharp'],
  ['C++', 'c-plus-plus'],
  ['.NET 9 & Knative v1.2', 'dot-net-9-and-knative-v1-2'],
  ["Don't panic", 'dont-panic'],
  ['Größe zählt', 'größe-zählt'],
  ['日本語 の ブログ', '日本語-の-ブログ'],
  ['हिन्दी में', 'हिन्दी-में'],
  ['Привет, мир', 'привет-мир'],
  ['ＦＵＬＬ width', 'full-width'],
  ['e\u0301te\u0301', 'été'],
  ['../../etc/passwd', 'etc-passwd'],
  ['<script>alert(1)</script>', 'script-alert-1-script'],
  ['zero\u200bwidth\u202e', 'zerowidth'],
])('the slug of %s is %s', (given, slug) => {
  expect(slugOf(given)).toBe(slug);
});

test.each(['!!!', '🎉🎉', '👩‍👩‍👧', '---', '\u200b', '…'])('a title without letters (%s) is called post', (given) => {
  expect(slugOf(given)).toBe('post');
});

test('a slug is never empty, has nothing that an address would quote, and no hyphen too many', () => {
  fc.assert(
    fc.property(title, (given) => {
      expect(slugOf(given)).toMatch(/^[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(-[\p{L}\p{M}\p{N}]+)*$/u);
      expect([...slugOf(given)].length).toBeLessThanOrEqual(80);
    }),
  );
});

test('the slug of a slug is itself', () => {
  fc.assert(
    fc.property(title, (given) => {
      expect(slugOf(slugOf(given))).toBe(slugOf(given));
      expect(tagSlug(tagSlug(given))).toBe(tagSlug(given));
    }),
  );
});

test.each([
  ['C#', 'c-sharp'],
  ['Machine Learning', 'machine-learning'],
  ['일기', '일기'],
  ['🎉', 'u-1f389'],
  ['!!!', 'u-21-21-21'],
])('the address of the tag %s is %s', (tag, slug) => {
  expect(tagSlug(tag)).toBe(slug);
});

test('a long title is cut between words', () => {
  const slug = slugOf('word '.repeat(24));
  expect(slug).toBe(Array.from({ length: 16 }, () => 'word').join('-'));
});

test('a long title without words is cut all the same', () => {
  expect([...slugOf('語'.repeat(120))]).toHaveLength(80);
});
