import { gunzipSync } from 'node:zlib';
import { Hono } from 'hono';
import { expect, it } from 'vitest';
import type { Env } from './app.ts';
import { mayChange, represent } from './representation.ts';

const long = { etag: '"a-1"', body: JSON.stringify('words '.repeat(500)) };
const short = { etag: '"a-2"', body: '{}' };
const app = new Hono<Env>()
  .get('/long', (c) => represent(c, long, { 'cache-control': 'no-cache', vary: 'authorization' }))
  .get('/short', (c) => represent(c, short, { 'cache-control': 'no-cache' }))
  .put('/', (c) => c.json(mayChange(c, '"a-1"')));
const ask = (path: string, headers: Record<string, string> = {}) => app.request(path, { headers });

it('is sent as it is to who wants it so', async () => {
  for (const headers of [{}, { 'accept-encoding': 'gzip;q=0' }, { 'accept-encoding': 'br' }]) {
    const response = await ask('/long', headers);
    expect(Object.fromEntries(response.headers)).toEqual({
      'cache-control': 'no-cache',
      'content-type': 'application/json',
      etag: '"a-1"',
      vary: 'authorization, accept-encoding',
    });
    expect(await response.text()).toBe(long.body);
  }
});

it('is compressed for who likes that, under a tag of its own', async () => {
  for (let turn = 0; turn < 2; turn++) {
    const response = await ask('/long', { 'accept-encoding': 'gzip, br' });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(response.headers.get('etag')).toBe('"a-1.gz"');
    expect(gunzipSync(await response.bytes()).toString()).toBe(long.body);
  }
  const response = await ask('/short', { 'accept-encoding': 'gzip' });
  expect([response.headers.get('content-encoding'), response.headers.get('vary')]).toEqual([null, 'accept-encoding']);
});

it.each([
  ['"a-1"', 304],
  ['W/"a-1"', 304],
  ['"a-1.gz"', 304],
  ['"x", "a-1"', 304],
  ['*', 304],
  ['"a-2"', 200],
  ['a-1', 200],
])('If-None-Match %s is answered %i, compressed or not', async (tags, status) => {
  for (const accepted of ['identity', 'gzip']) {
    const response = await ask('/long', { 'if-none-match': tags, 'accept-encoding': accepted });
    expect([response.status, response.headers.get('etag')]).toEqual([
      status,
      accepted === 'gzip' ? '"a-1.gz"' : '"a-1"',
    ]);
  }
});

it.each([
  [undefined, true],
  ['*', true],
  ['"a-1"', true],
  ['"a-1.gz"', true],
  ['W/"a-1"', false],
  ['"a-2"', false],
])('If-Match %s allows a change: %s', async (tags, allowed) => {
  const headers: Record<string, string> = tags === undefined ? {} : { 'if-match': tags };
  expect(await (await app.request('/', { method: 'PUT', headers })).json()).toBe(allowed);
});
