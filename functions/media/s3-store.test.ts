import { hash } from 'node:crypto';
import { type S3Server, versitygw } from '@dormouse/s3/versitygw.fixture';
import { needs } from '@dormouse/tests/needs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storeLaws } from './object-store-laws.fixture.ts';
import { s3Store } from './s3-store.ts';

test.each([
  ['no bucket', 'folder/pictures', {}, 'folder/pictures is not s3://BUCKET/PREFIX'],
  ['no name of a bucket', 's3:///pictures', {}, 'is not s3://BUCKET/PREFIX'],
  ['no key', 's3://bucket', {}, 'S3 needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'],
])('%s: says so at the start', (_, url, env, message) => {
  expect(() => s3Store({ url, env })).toThrow(message);
});

test('invites to itself only where clients reach it, for the length and the hash that were announced', async () => {
  const env = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret', AWS_ENDPOINT_URL: 'http://inside:9000' };
  const url = 's3://bucket/a blog';
  expect(s3Store({ url, env, uploadUrl: '' }).invite).toBeUndefined();
  const store = s3Store({ url, env, uploadUrl: 'https://s3.example' });
  const invited = await store.invite!('arrived/7/ab', { bytes: 5, hash: 'ab'.repeat(32) }, 60);
  const { origin, pathname, searchParams } = new URL(invited.url);
  expect([origin, pathname]).toEqual(['https://s3.example', '/bucket/a%20blog/arrived/7/ab']);
  expect(searchParams.get('X-Amz-Expires')).toBe('60');
  expect(searchParams.get('X-Amz-SignedHeaders')).toBe('content-length;host;x-amz-checksum-sha256');
  expect(invited.headers).toEqual({
    'content-length': '5',
    'x-amz-checksum-sha256': Buffer.from('ab'.repeat(32), 'hex').toString('base64'),
  });
});

describe('a bucket', needs('versitygw'), () => {
  let server: S3Server;
  beforeAll(async () => void (server = await versitygw()));
  afterAll(() => server.close());
  let prefixes = 0;
  const store = (own: Record<string, string> = {}, bucket = 'bucket') =>
    s3Store({ url: `s3://${bucket}/a blog/${++prefixes}`, env: { ...server.env, ...own }, pauseMs: 5 });

  storeLaws(store);

  test('takes what it invited to, and nothing else', async () => {
    const direct = s3Store({ url: 's3://bucket/direct', env: server.env, uploadUrl: server.env.AWS_ENDPOINT_URL! });
    const bytes = Buffer.from('a picture');
    const upload = { bytes: bytes.length, hash: hash('sha256', bytes, 'hex') };
    const { url, headers } = await direct.invite!('arrived/7/a', upload, 60);
    const put = (body: string, to = url) =>
      fetch(to, { method: 'PUT', body, headers: { ...headers, 'content-length': String(body.length) } });
    expect((await put('a longer picture')).status).toBeGreaterThanOrEqual(400);
    expect((await put('b picture')).status).toBeGreaterThanOrEqual(400);
    expect((await put('a picture', url.replace('arrived/7/a', 'arrived/7/b'))).status).toBe(403);
    expect(await direct.has('arrived/7/a')).toBe(false);
    expect((await put('a picture')).status).toBe(200);
    expect(Buffer.from((await direct.read('arrived/7/a'))!).toString()).toBe('a picture');
  });

  test('two blogs share a bucket by their prefixes', async () => {
    const [one, other] = [store(), store()];
    await one.write('a/b', Buffer.from('x'));
    expect(await other.has('a/b')).toBe(false);
  });

  test.each([
    ['the wrong secret', { AWS_SECRET_ACCESS_KEY: 'other' }, 'bucket'],
    ['a server that is not there', { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }, 'bucket'],
    ['a bucket that is not there', {}, 'none'],
  ])('with %s nothing is taken for absent or done: 503', async (_, own, bucket) => {
    const there = store(own, bucket);
    const refused = { code: 'unavailable', cause: { name: 'S3Error' } };
    await expect(there.write('a/b', Buffer.from('x'))).rejects.toMatchObject(refused);
    await expect(there.remove(['a/b'])).rejects.toMatchObject(refused);
    if (bucket === 'bucket') {
      await expect(there.read('a/b')).rejects.toMatchObject(refused);
      await expect(there.has('a/b')).rejects.toMatchObject(refused);
    }
  });
});
