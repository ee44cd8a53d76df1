import { expect, it } from 'vitest';
import { formerPath, formerPlace } from './old-addresses.ts';

const place = formerPlace([undefined, 'https://kite.example.org/blog/', 'no address', 'https://www.old.example']);

it.each([
  ['/windy.html', '/blog/windy.html'],
  ['windy/', '/blog/windy'],
  ['https://kite.example.org/blog/a/?x', '/blog/a'],
  ['http://old.example/2019/a.html#b', '/2019/a.html'],
  ['//www.kite.example.org/%EC%A0%95', '/정'],
])('%s was at %s', (address, path) => {
  expect(formerPath(address, place)).toBe(path);
});

it.each(['https://elsewhere.example/a', 'mailto:a@b.example', '/?s=12', 'https://kite.example.org', ''])(
  '%j was no page of the blog',
  (address) => {
    expect(formerPath(address, formerPlace(['https://kite.example.org']))).toBeUndefined();
  },
);
