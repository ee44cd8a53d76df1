import { expect, test } from 'vitest';
import { cursorIn, nextIdIn, nextIn } from './link-header.ts';

const headers = (link: string) => new Headers({ link });

test.each([
  ['</blog/api/posts?after=12>; rel="next"', '12'],
  ['</blog/api/comments?status=held&after=WzEyXQ>; rel="next"', 'WzEyXQ'],
  ['</api/users?after=a%2Bb%20%C3%A9&limit=5> ; rel="next"', 'a+b é'],
  ['</l?before=1>; rel="prev", </l?after=2>; rel="next"', '2'],
  ['</l?after=1>; rel="prev"', undefined],
  ['</l?before=1>; rel="next"', undefined],
])('of %s the next page begins at %s', (link, next) => {
  expect(nextIn(headers(link))).toEqual(next === undefined ? {} : { next });
});

test('other relations and parameters are read by name', () => {
  expect(cursorIn(headers('</l?before=1>; rel="prev", </l?after=2>; rel="next"'), 'prev', 'before')).toBe('1');
  expect(cursorIn(new Headers())).toBeUndefined();
});

test('an id is digits and nothing else', () => {
  expect(nextIdIn(headers('</l?after=12>; rel="next"'))).toEqual({ next: 12 });
  expect(nextIdIn(headers('</l?after=12x>; rel="next"'))).toEqual({});
});
