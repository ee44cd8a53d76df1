import { afterEach, expect, it } from 'vitest';
import { keyOf, setPurgeForm, surrogateFields } from './surrogate-keys.ts';

afterEach(() => setPurgeForm(undefined));

it('names each thing once, without a blank or a comma in a name', () => {
  const keys = [keyOf.blog, keyOf.post(7), keyOf.tag('über, alles'), keyOf.author('Ada'), keyOf.post(7)];
  expect(surrogateFields(keys)).toEqual({ 'surrogate-key': 'blog post-7 tag-%C3%BCber%2C%20alles author-ada' });
});

it('lets a shared cache keep what it is told of', () => {
  const kept = 'max-age=86400, stale-if-error=86400';
  setPurgeForm('surrogate-key');
  expect(surrogateFields(['posts', 'blog'])).toEqual({
    'surrogate-key': 'posts blog all',
    'cdn-cache-control': kept,
    'surrogate-control': kept,
  });
  expect(surrogateFields(['blog'], 60)['surrogate-control']).toBe('max-age=60, stale-if-error=86400');
  setPurgeForm('cache-tag');
  expect(surrogateFields(['posts', 'blog'])).toEqual({
    'surrogate-key': 'posts blog all',
    'cdn-cache-control': kept,
    'cache-tag': 'posts,blog,all',
  });
});
