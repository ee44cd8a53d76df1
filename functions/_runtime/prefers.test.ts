import { expect, it } from 'vitest';
import { prefers } from './prefers.ts';

it.each([
  [undefined, false],
  ['', false],
  ['gzip', true],
  ['GZIP', true],
  ['br, gzip', true],
  ['gzip;q=0', false],
  ['gzip; q=0.000, br', false],
  ['*', true],
  ['*, gzip;q=0', false],
  ['*;q=0', false],
  ['identity', false],
  ['gzip;q=0.5, identity', false],
  ['gzip, identity;q=0.5', true],
  ['xgzip', false],
])('Accept-Encoding %j: gzip %s', (header, expected) => expect(prefers('gzip', header)).toBe(expected));

it.each([
  ['gzip, deflate, br', true],
  ['gzip', false],
  ['*', true],
  ['br;q=0, *', false],
])('Accept-Encoding %j: br %s', (header, expected) => expect(prefers('br', header)).toBe(expected));
