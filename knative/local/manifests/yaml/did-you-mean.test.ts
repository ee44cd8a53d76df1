import { expect, test } from 'vitest';
import { didYouMean } from './did-you-mean.ts';

test.each([
  ['imags', ['images', 'labels'], 'images'],
  ['minScale', ['min-scale', 'max-scale'], 'min-scale'],
  ['contianerConcurrency', ['containerConcurrency', 'containers'], 'containerConcurrency'],
  ['catgories', ['categories', 'posts'], 'categories'],
])('"%s" is meant to be one of %j: %s', (word, known, meant) => expect(didYouMean(word, known)).toBe(meant));

test('a word that is like none of them is none of them', () => {
  expect(didYouMean('namePrefix', ['images', 'labels', 'namespace'])).toBeUndefined();
  expect(didYouMean('x', [])).toBeUndefined();
});
