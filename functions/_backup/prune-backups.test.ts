import { expect, test } from 'vitest';
import { createBackup } from './create-backup.ts';
import { memoryPlace } from './memory-place.fixture.ts';
import { pruneBackups } from './prune-backups.ts';
import { textStore } from './text-store.fixture.ts';

const { signal } = new AbortController();

async function placeOf(days: number) {
  const place = memoryPlace();
  for (let day = 1; day <= days; day++)
    await createBackup({
      place,
      stores: [textStore('notes', { day: String(day) }).store],
      version: '1',
      signal,
      now: () => Date.UTC(2026, 10, day, 3),
    });
  return { place, ids: await place.list() };
}

test('old backups are removed, oldest first; a dry run only says so', async () => {
  const { place, ids } = await placeOf(4);
  const said: string[] = [];
  const options = { place, retention: { newest: 2 }, progress: (line: string) => void said.push(line) };
  const expected = { kept: ids.slice(2), removed: ids.slice(0, 2), damaged: [], leftBehind: [] };
  expect(await pruneBackups({ ...options, isDryRun: true })).toEqual(expected);
  expect([await place.list(), said]).toEqual([ids, []]);
  expect(await pruneBackups(options)).toEqual(expected);
  expect(await place.list()).toEqual(ids.slice(2));
  expect([...place.files.keys()].filter((name) => !name.startsWith(ids[2]!) && !name.startsWith(ids[3]!))).toEqual([]);
  expect(said).toEqual(ids.slice(0, 2).map((id) => `removing ${id}`));
});

test('damaged ones push out none that can be restored', async () => {
  const { place, ids } = await placeOf(3);
  for (const id of ids.slice(1)) place.files.set(`${id}/manifest.json`, Buffer.from('{'));
  expect(await pruneBackups({ place, retention: { newest: 1 } })).toMatchObject({
    kept: [ids[0]],
    removed: [],
    damaged: ids.slice(1),
  });
  expect(await place.list()).toEqual(ids);
});

test('a place that cannot be read loses nothing', async () => {
  const { place, ids } = await placeOf(2);
  const broken = { ...place, open: () => Promise.reject(new Error('EIO')) };
  await expect(pruneBackups({ place: broken, retention: { newest: 1 } })).rejects.toThrow('EIO');
  expect(await place.list()).toEqual(ids);
});
