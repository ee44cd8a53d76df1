import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { folderStore } from './folder-store.ts';
import { storeLaws } from './object-store-laws.fixture.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'media-'))));
afterEach(() => rm(folder, { recursive: true }));

describe('a folder', () => {
  storeLaws(() => folderStore(join(folder, 'made', 'when', 'needed')));

  test('loses what is left of broken writes after a time, and nothing else', async () => {
    const store = folderStore(folder);
    expect(await folderStore(join(folder, 'none')).removeBroken(new Date())).toBe(0);
    await store.write('a/b', Buffer.from('x'));
    await writeFile(join(folder, 'a', 'c.1.part'), 'y');
    expect(await store.removeBroken(new Date(Date.now() - 86_400_000))).toBe(0);
    const old = new Date(Date.now() - 2 * 86_400_000);
    for (const name of ['b', 'c.1.part']) await utimes(join(folder, 'a', name), old, old);
    expect(await store.removeBroken(new Date(Date.now() - 86_400_000))).toBe(1);
    expect(await readdir(join(folder, 'a'))).toEqual(['b']);
  });

  test('holds no part of what could not be written', async () => {
    const store = folderStore(folder);
    await store.write('a/b', Buffer.from('x'));
    // A key below another one has no place.
    await expect(store.write('a/b/c', Buffer.from('y'))).rejects.toThrow();
    expect(await readdir(folder, { recursive: true })).toEqual(['a', 'a/b']);
  });
});
