import { expect, it } from 'vitest';
import { codingFor } from './coding.ts';

const gzip = ['gzip'] as const;
const all = ['br', 'zstd', 'gzip'] as const;

it.each([
  [undefined, undefined],
  ['', undefined],
  ['gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['br, gzip', 'gzip'],
  ['gzip;q=0', undefined],
  ['gzip; q=0.000, br', undefined],
  ['*', 'gzip'],
  ['*, gzip;q=0', undefined],
  ['*;q=0', undefined],
  ['identity', undefined],
  ['gzip;q=0.5, identity', undefined],
  ['gzip, identity;q=0.5', 'gzip'],
  ['xgzip', undefined],
])('Accept-Encoding %j, where gzip is offered: %s', (header, expected) => {
  // The second time it is known.
  for (let turn = 0; turn < 2; turn++) expect(codingFor(header, gzip)).toBe(expected);
});

it.each([
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip, deflate', 'gzip'],
  ['zstd, gzip', 'zstd'],
  ['*', 'br'],
  ['br;q=0, *', 'zstd'],
  ['br;q=0.5, gzip;q=0.8', 'gzip'],
  ['br;q=0.5, zstd;q=0.1, *;q=0.7', 'gzip'],
  ['br;q=0.2, identity;q=0.5', undefined],
])('Accept-Encoding %j, where all are offered: %s', (header, expected) =>
  expect(codingFor(header, all)).toBe(expected),
);

it('remembers a hundred headers, not every one that somebody thinks of', () => {
  for (let n = 0; n < 300; n++) expect(codingFor(`br, x-${n}`, all)).toBe('br');
});
