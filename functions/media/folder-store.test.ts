import { mkdtemp, readdir, rm } from 'node:fs/promises';
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

  test('holds no part of what could not be written', async () => {
    const store = folderStore(folder);
    await store.write('a/b', Buffer.from('x'));
    // A key below another one has no place.
    await expect(store.write('a/b/c', Buffer.from('y'))).rejects.toThrow();
    expect(await readdir(folder, { recursive: true })).toEqual(['a', 'a/b']);
  });
});
