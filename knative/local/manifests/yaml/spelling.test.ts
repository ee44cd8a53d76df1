import { expect, test } from 'vitest';
import { nearest } from './spelling.ts';

test.each([
  ['imags', ['images', 'labels'], 'images'],
  ['minScale', ['min-scale', 'max-scale'], 'min-scale'],
  ['contianerConcurrency', ['containerConcurrency', 'containers'], 'containerConcurrency'],
  ['catgories', ['categories', 'posts'], 'categories'],
])('"%s" is meant to be one of %j: %s', (word, known, meant) => expect(nearest(word, known)).toBe(meant));

test('a word that is like none of them is none of them', () => {
  expect(nearest('namePrefix', ['images', 'labels', 'namespace'])).toBeUndefined();
  expect(nearest('x', [])).toBeUndefined();
});
