import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type S3Server, versitygw } from '@dormouse/s3/versitygw.fixture';
import { needs } from '@dormouse/tests/needs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newBackupId } from './backup-id.ts';
import { createBackup } from './create-backup.ts';
import { openBackup } from './open-backup.ts';
import { placeLaws } from './place-laws.fixture.ts';
import { restoreBackup } from './restore-backup.ts';
import { s3Place } from './s3-place.ts';
import type { Store } from './store.ts';
import { textStore } from './text-store.fixture.ts';

const { signal } = new AbortController();

describe('backups in S3', needs('versitygw'), () => {
  let server: S3Server;
  beforeAll(async () => void (server = await versitygw()));
  afterAll(() => server.close());

  const place = (url: string, own: Record<string, string> = {}, now = Date.now) =>
    s3Place({ url, env: { ...server.env, ...own }, now, pauseMs: 10 });
  let prefixes = 0;

  placeLaws(() => {
    const prefix = `my blog ${++prefixes}/of “mine”`;
    return { place: place(`s3://bucket/${prefix}`), files: join(server.folder, 'bucket', prefix) };
  });

  /** Nothing that gzip makes smaller: more than one request. */
  const big = (chunks: number, meanwhile: (left: number) => void | Promise<void> = () => {}): Store => ({
    ...textStore('big', {}).store,
    async backUp(write) {
      let left = chunks;
      const content = new Readable({
        async read() {
          await meanwhile(left);
          this.push(left-- > 0 ? randomBytes(4 * 1024 * 1024) : null);
        },
      });
      return { kind: 'files', files: [{ path: 'big', part: (await write('big/0', content)).part }] };
    },
  });

  test('a part larger than one request is stored, and read again as it was', async () => {
    const url = 's3://bucket/big';
    const { stores } = await createBackup({ place: place(url), stores: [big(5)], version: '1', signal });
    const { manifest, read } = await openBackup({ place: place(url) });
    if (stores.big?.kind !== 'files') throw new Error('no files');
    const [{ part } = { part: undefined }] = stores.big.files;
    expect((await buffer(await read(part!))).length).toBe(5 * 4 * 1024 * 1024);
    expect(manifest.stores.big).toEqual(stores.big);
  });

  test('an upload that the server does not survive is no backup, and says so; what it left goes a day later', async () => {
    const url = 's3://bucket/broken';
    const whole = await createBackup({
      place: place(url),
      stores: [textStore('n', { a: 'x' }).store],
      version: '1',
      signal,
    });
    const dying = big(5, async (left) => {
      if (left === 2) await server.kill();
    });
    const stores = [textStore('n', { a: 'x' }).store, dying];
    await expect(createBackup({ place: place(url), stores, version: '1', signal })).rejects.toThrow(
      `${url}: the server cannot be reached`,
    );
    await server.start();
    expect(await place(url).list()).toEqual([whole.id]);
    expect(await place(url).tidy()).toEqual([]);
    const tomorrow = place(url, {}, () => Date.now() + 25 * 60 * 60 * 1000);
    expect(await tomorrow.tidy()).toHaveLength(1);
    expect(readdirSync(join(server.folder, 'bucket/broken')).filter((name) => !name.startsWith('.'))).toEqual([
      whole.id,
    ]);
  });

  test('a restore that the server does not survive has staged nothing, and does not blame the part', async () => {
    const url = 's3://bucket/restoring';
    await createBackup({ place: place(url), stores: [big(5)], version: '1', signal });
    const backup = await openBackup({ place: place(url) });
    const store = textStore('big', {});
    const dying = {
      ...backup,
      read: async (part: Parameters<typeof backup.read>[0]) => {
        const content = await backup.read(part);
        content.once('data', () => void server.kill());
        return content;
      },
    };
    await expect(restoreBackup({ backup: dying, stores: [store.store], signal })).rejects.toThrow(
      /the server broke off the part big\/0\.gz: try again|the server cannot be reached/,
    );
    expect(store.restored).toEqual([]);
    await server.start();
  });

  test.each([
    ['a wrong secret', { AWS_SECRET_ACCESS_KEY: 'other' }, 's3://bucket', 'the server refuses the key (403'],
    ['a key that nobody has', { AWS_ACCESS_KEY_ID: 'other' }, 's3://bucket', 'nobody with this key'],
    ['a bucket that is not there', {}, 's3://other-bucket', 'there is no such bucket'],
    ['a server that is not there', { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }, 's3://bucket', 'cannot be reached'],
  ])('%s: says so, when it is written to and when it is read', async (_, own, url, message) => {
    const stores = [textStore('notes', { a: 'x' }).store];
    const there = place(url, own);
    await expect(createBackup({ place: there, stores, version: '1', signal })).rejects.toThrow(message);
    await expect(there.list()).rejects.toThrow(message);
    await expect(there.open(newBackupId())).rejects.toThrow(/refuses the key|no such bucket|reached|no whole backup/);
    expect(existsSync(join(server.folder, 'other-bucket'))).toBe(false);
  });
});
