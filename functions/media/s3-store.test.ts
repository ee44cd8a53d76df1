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

describe('a bucket', needs('versitygw'), () => {
  let server: S3Server;
  beforeAll(async () => void (server = await versitygw()));
  afterAll(() => server.close());
  let prefixes = 0;
  const store = (own: Record<string, string> = {}, bucket = 'bucket') =>
    s3Store({ url: `s3://${bucket}/a blog/${++prefixes}`, env: { ...server.env, ...own }, pauseMs: 5 });

  storeLaws(store);

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
