import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLog } from '@dormouse/eventing/log/segmented-log';
import type { Store } from '@dormouse/eventing/log/store';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Disk, faultyStores } from './faulty-store.ts';

let folder: string;
let disk: Disk;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dormouse-disk-'));
  disk = { state: 'well', delayMs: 0 };
  store = faultyStores(disk)(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const texts = async () => {
  const found: string[] = [];
  const log = await openLog({
    store: faultyStores({ state: 'well', delayMs: 0 })(folder),
    visit: ({ payload }) => void found.push(payload.toString()),
  });
  await log.close();
  return found;
};

it.each(['full', 'failing'] as const)(
  'a log on a disk that is %s for a while refuses, goes on afterwards, and keeps what it acknowledged',
  async (state) => {
    const log = await openLog({ store });
    await log.append([Buffer.from('before')]);
    disk.state = state;
    await expect(log.append([Buffer.from('meanwhile')])).rejects.toThrow(state === 'full' ? 'ENOSPC' : 'EIO');
    await expect(log.append([Buffer.from('meanwhile, too')])).rejects.toThrow();
    disk.state = 'well';
    await log.append([Buffer.from('after')]);
    await log.close();
    expect(await texts()).toEqual(['before', 'after']);
  },
);

it('a full disk keeps half of what it refuses', async () => {
  const file = await store.open('file');
  disk.state = 'full';
  await expect(file.write(Buffer.from('12345678'), 0)).rejects.toMatchObject({ code: 'ENOSPC' });
  await expect(store.replace('other', Buffer.from('x'))).rejects.toMatchObject({ code: 'ENOSPC' });
  expect(await file.size()).toBe(4);
  await file.close();
});

it('a slow disk does everything, later', async () => {
  const waited: number[] = [];
  const slow = faultyStores({ state: 'slow', delayMs: 30 }, { sleep: async (ms) => waited.push(ms) })(folder);
  await slow.replace('file', Buffer.from('whole'));
  await slow.syncFolder();
  expect(waited).toEqual([30, 30]);
  const file = await store.open('file');
  expect((await file.read(0, 100)).toString()).toBe('whole');
  await file.close();
});
