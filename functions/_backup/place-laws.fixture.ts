import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { newBackupId } from './backup-id.ts';
import { createBackup } from './create-backup.ts';
import { openBackup } from './open-backup.ts';
import type { Place } from './place.ts';
import { restoreBackup } from './restore-backup.ts';
import { textStore } from './text-store.fixture.ts';

export interface PlaceUnderTest {
  place: Place;
  /** Where its backups lie as files: `ID/part`. */
  files: string;
}

const { signal } = new AbortController();
const texts = { small: 'one', 'ü “name”': '안녕', empty: '' };
const restored = ['staged small: one', 'staged ü “name”: 안녕', 'staged empty: ', 'committed'];
const backUp = (place: Place) =>
  createBackup({ place, stores: [textStore('notes', texts).store], version: '1', signal });

async function restore(place: Place): Promise<string[]> {
  const notes = textStore('notes', {});
  await restoreBackup({ backup: await openBackup({ place }), stores: [notes.store], signal });
  return notes.restored;
}

/** What holds wherever backups are kept. @param open a place that is empty */
export function placeLaws(open: () => PlaceUnderTest): void {
  const filesBelow = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);

  test('backups are listed oldest first, restored, and removed', async () => {
    const { place, files } = open();
    expect(await place.list()).toEqual([]);
    const first = await createBackup({ place, stores: [], version: '1', signal, now: () => 0 });
    const { id } = await backUp(place);
    expect(await place.list()).toEqual([first.id, id]);
    expect(await restore(place)).toEqual(restored);
    await place.remove(id);
    expect(await place.list()).toEqual([first.id]);
    await expect(place.open(id)).rejects.toThrow(`there is no whole backup ${id} in ${place.name}`);
    await place.remove(first.id);
    expect(filesBelow(files)).toEqual([]);
  });

  test('one that is not finished is none, and nothing is left of it when it is abandoned', async () => {
    const { place, files } = open();
    const id = newBackupId();
    const begun = await place.begin(id);
    await begun.write('notes/0', Readable.from([Buffer.from('one')]));
    expect(await place.list()).toEqual([]);
    await expect(place.open(id)).rejects.toThrow(`there is no whole backup ${id}`);
    await begun.abandon();
    expect(filesBelow(files)).toEqual([]);
  });

  test('one whose content breaks off is none, and leaves nothing', async () => {
    const { place, files } = open();
    const begun = await place.begin(newBackupId());
    const broken = new Readable({
      read() {
        this.push('some');
        this.destroy(new Error('the database has gone'));
      },
    });
    await expect(begun.write('notes/0', broken)).rejects.toThrow('the database has gone');
    await begun.abandon();
    expect([await place.list(), filesBelow(files)]).toEqual([[], []]);
  });

  test('one that lies there damaged says which part is, and restores nothing', async () => {
    const { place, files } = open();
    const { id } = await backUp(place);
    const part = join(files, id, 'notes/1.gz');
    const whole = readFileSync(part);
    const flipped = Buffer.from(whole);
    flipped[whole.length >> 1]! ^= 1;
    writeFileSync(part, flipped);
    await expect(restore(place)).rejects.toThrow('the part notes/1.gz is damaged');
    writeFileSync(part, whole.subarray(0, -1));
    await expect(restore(place)).rejects.toThrow('the part notes/1.gz is damaged');
    rmSync(part);
    await expect(restore(place)).rejects.toThrow('the part notes/1.gz is missing');
    writeFileSync(part, whole);
    expect(await restore(place)).toEqual(restored);
    const manifest = join(files, id, 'manifest.json');
    writeFileSync(manifest, readFileSync(manifest).subarray(0, -20));
    await expect(restore(place)).rejects.toThrow('the manifest is damaged');
  });

  test('what lies beside them is none of theirs', async () => {
    const { place, files } = open();
    const { id } = await backUp(place);
    writeFileSync(join(files, 'notes.txt'), 'mine');
    expect(await place.list()).toEqual([id]);
    expect(await place.tidy()).toEqual([]);
    await place.remove(id);
    expect(readFileSync(join(files, 'notes.txt'), 'utf8')).toBe('mine');
  });
}
