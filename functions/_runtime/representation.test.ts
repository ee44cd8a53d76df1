import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Hono } from 'hono';
import { expect, it } from 'vitest';
import type { Env } from './app.ts';
import { mayChange, represent } from './representation.ts';

const long = { etag: '"a-1"', body: JSON.stringify('words '.repeat(500)) };
/** Another text under the same tag: another resource may have it. */
const other = { etag: '"a-1"', body: JSON.stringify('other words '.repeat(300)) };
const short = { etag: '"a-2"', body: '{}' };
const app = new Hono<Env>()
  .get('/long', (c) => represent(c, long, { 'cache-control': 'no-cache', vary: 'authorization' }))
  .get('/other', (c) => represent(c, other, { 'cache-control': 'no-cache' }))
  .get('/again', (c) => represent(c, { ...long }, { 'cache-control': 'no-cache' }))
  .get('/page', (c) => represent(c, long, () => ({ 'content-type': 'text/html', 'cache-control': 'no-cache' })))
  .get('/short', (c) => represent(c, short, { 'cache-control': 'no-cache' }))
  .put('/', (c) => c.json(mayChange(c, '"a-1"')));
const ask = (path: string, headers: Record<string, string> = {}) => app.request(path, { headers });

it('is sent as it is to who wants it so', async () => {
  for (const headers of [{}, { 'accept-encoding': 'gzip;q=0' }, { 'accept-encoding': 'zstd' }]) {
    const response = await ask('/long', headers);
    expect(Object.fromEntries(response.headers)).toEqual({
      'cache-control': 'no-cache',
      'content-length': String(long.body.length),
      'content-type': 'application/json',
      etag: '"a-1"',
      vary: 'authorization, accept-encoding',
    });
    expect(await response.text()).toBe(long.body);
  }
});

const read = { br: brotliDecompressSync, gzip: gunzipSync } as const;

it.each([
  ['gzip, deflate, br, zstd', 'br', '"a-1.br"'],
  ['gzip', 'gzip', '"a-1.gz"'],
  ['br;q=0.5, gzip', 'gzip', '"a-1.gz"'],
] as const)('is compressed for who sends %s: as %s, under a tag of its own', async (accepted, coding, etag) => {
  for (const path of ['/long', '/long', '/again', '/page']) {
    const response = await ask(path, { 'accept-encoding': accepted });
    const bytes = await response.bytes();
    expect(response.headers.get('content-encoding')).toBe(coding);
    expect(response.headers.get('content-length')).toBe(String(bytes.length));
    expect(response.headers.get('etag')).toBe(etag);
    expect(read[coding](bytes).toString()).toBe(long.body);
    const head = await app.request(path, { method: 'HEAD', headers: { 'accept-encoding': accepted } });
    expect(head.headers.get('content-length')).toBe(String(bytes.length));
  }
});

it('is compressed once, also when it comes again as another object', async () => {
  const ofText = { etag: '"b-1"', body: JSON.stringify('once '.repeat(500)) };
  const atOnce: boolean[] = [];
  const once = new Hono<Env>().get('/', (c) => {
    const answer = represent(c, { ...ofText }, {});
    atOnce.push(answer instanceof Response);
    return answer;
  });
  for (let turn = 0; turn < 2; turn++) await once.request('/', { headers: { 'accept-encoding': 'br' } });
  expect(atOnce).toEqual([false, true]);
});

it('is not taken for another text with the same tag', async () => {
  const headers = { 'accept-encoding': 'br' };
  await ask('/long', headers);
  const response = await ask('/other', headers);
  expect(brotliDecompressSync(await response.bytes()).toString()).toBe(other.body);
});

it('is left alone when it is short', async () => {
  const response = await ask('/short', { 'accept-encoding': 'gzip' });
  expect([response.headers.get('content-encoding'), response.headers.get('vary')]).toEqual([null, 'accept-encoding']);
});

it('says nothing of bytes that 304 does not bring', async () => {
  const response = await ask('/page', { 'if-none-match': '"a-1.br"', 'accept-encoding': 'br' });
  expect([response.status, Object.fromEntries(response.headers)]).toEqual([
    304,
    { 'cache-control': 'no-cache', etag: '"a-1.br"', vary: 'accept-encoding' },
  ]);
});

/** Bytes in another coding are others: who has them does not have what is answered. */
it.each([
  ['"a-1"', ['identity']],
  ['W/"a-1"', ['identity']],
  ['"a-1.gz"', ['gzip']],
  ['W/"a-1.gz"', ['gzip']],
  ['"a-1.br"', ['br']],
  ['"x", "a-1"', ['identity']],
  ['"a-1", "a-1.br"', ['identity', 'br']],
  ['*', ['identity', 'gzip', 'br']],
  ['"a-2"', []],
  ['a-1', []],
] as const)('If-None-Match %s is answered 304 in the codings %j alone', async (tags, unmodified) => {
  const tagsOf = { identity: '"a-1"', gzip: '"a-1.gz"', br: '"a-1.br"' };
  const answered: string[] = [];
  for (const [coding, etag] of Object.entries(tagsOf)) {
    const response = await ask('/long', { 'if-none-match': tags, 'accept-encoding': coding });
    expect(response.headers.get('etag')).toBe(etag);
    if (response.status === 304) answered.push(coding);
  }
  expect(answered).toEqual(unmodified);
});

it.each([
  [undefined, true],
  ['*', true],
  ['"a-1"', true],
  ['"a-1.gz"', true],
  ['"a-1.br"', true],
  ['W/"a-1"', false],
  ['"a-2"', false],
])('If-Match %s allows a change: %s', async (tags, allowed) => {
  const headers: Record<string, string> = tags === undefined ? {} : { 'if-match': tags };
  expect(await (await app.request('/', { method: 'PUT', headers })).json()).toBe(allowed);
});
