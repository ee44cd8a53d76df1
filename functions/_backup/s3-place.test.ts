import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
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
const keys = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'a-secret-of-the-test' };

/** A real server, which checks signatures; a bucket is a folder, an object a file. */
describe('backups in S3', needs('versitygw'), () => {
  let folder: string;
  let port: number;
  let server: ChildProcess | undefined;

  async function startServer(): Promise<void> {
    const { AWS_ACCESS_KEY_ID: ROOT_ACCESS_KEY, AWS_SECRET_ACCESS_KEY: ROOT_SECRET_KEY } = keys;
    server = spawn('versitygw', ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', folder], {
      env: { PATH: process.env.PATH, ROOT_ACCESS_KEY, ROOT_SECRET_KEY },
      stdio: 'ignore',
    });
    while (!(await fetch(`http://127.0.0.1:${port}`).catch(() => undefined))) {
      if (server.exitCode !== null) throw new Error(`versitygw ended with ${server.exitCode}`);
      await sleep(20);
    }
  }

  async function killServer(): Promise<void> {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dormouse-s3-'));
    mkdirSync(join(folder, 'bucket'));
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    ({ port } = taken.address() as AddressInfo);
    taken.close();
    await once(taken, 'close');
    await startServer();
  });
  afterAll(async () => {
    await killServer();
    rmSync(folder, { recursive: true, force: true });
  });

  const place = (url: string, own: Record<string, string> = {}, now = Date.now) =>
    s3Place({ url, env: { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, ...keys, ...own }, now, pauseMs: 10 });
  let prefixes = 0;

  placeLaws(() => {
    const prefix = `my blog ${++prefixes}/of “mine”`;
    return { place: place(`s3://bucket/${prefix}`), files: join(folder, 'bucket', prefix) };
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
      if (left === 2) await killServer();
    });
    const stores = [textStore('n', { a: 'x' }).store, dying];
    await expect(createBackup({ place: place(url), stores, version: '1', signal })).rejects.toThrow(
      `${url}: the server cannot be reached`,
    );
    await startServer();
    expect(await place(url).list()).toEqual([whole.id]);
    expect(await place(url).tidy()).toEqual([]);
    const tomorrow = place(url, {}, () => Date.now() + 25 * 60 * 60 * 1000);
    expect(await tomorrow.tidy()).toHaveLength(1);
    expect(readdirSync(join(folder, 'bucket/broken')).filter((name) => !name.startsWith('.'))).toEqual([whole.id]);
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
        content.once('data', () => void killServer());
        return content;
      },
    };
    await expect(restoreBackup({ backup: dying, stores: [store.store], signal })).rejects.toThrow(
      /the server broke off the part big\/0\.gz: try again|the server cannot be reached/,
    );
    expect(store.restored).toEqual([]);
    await startServer();
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
    expect(existsSync(join(folder, 'other-bucket'))).toBe(false);
  });
});
