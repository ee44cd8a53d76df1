import fc from 'fast-check';
import { expect, test } from 'vitest';
import { oldPath } from './old-path.ts';

test.each([
  ['/2019/03/01/first-loaf/', '/2019/03/01/first-loaf'],
  ['/loaf.html', '/loaf.html'],
  ['/a/index.html?utm=x#y', '/a'],
  ['/caf%C3%A9', '/café'],
  ['/cafe\u0301', '/café'],
  ['/정원의-봄.html', '/정원의-봄.html'],
  ['/sweet%20things/', '/sweet things'],
  ['/?p=12', '/?p=12'],
  ['/?page_id=12&utm=x#y', '/?p=12'],
  ['/index.php?lang=de&p=12', '/?p=12'],
  ['/blog/?p=12', '/blog/?p=12'],
  ['/on-sleep?p=12', '/on-sleep'],
])('%s is kept as %s', (given, path) => {
  expect(oldPath(given)).toBe(path);
});

test.each([
  '',
  '/',
  '//',
  '/index.html',
  '/?p=twelve',
  '/?q=1',
  '//evil.test/?p=1',
  'a/b',
  '//evil.test/a',
  'https://evil.test/a',
  '/\\evil.test',
  '/a//b',
  '/%E0%A4%A',
  '/a%00b',
  `/${'x'.repeat(500)}`,
])('%j is no path', (given) => {
  expect(oldPath(given)).toBeUndefined();
});

test('a path that was kept is kept as it is', () => {
  fc.assert(
    fc.property(fc.webPath(), (given) => {
      const path = oldPath(given);
      if (path !== undefined && !path.includes('%')) expect(oldPath(path.replaceAll(/[?#]/g, '-'))).toBeDefined();
    }),
  );
});
