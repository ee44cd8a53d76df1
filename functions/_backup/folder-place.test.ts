import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newBackupId } from './backup-id.ts';
import { folderPlace } from './folder-place.ts';
import { openPlace } from './open-place.ts';
import { placeLaws } from './place-laws.fixture.ts';

let work: string;
let folder: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'dormouse place '));
  folder = join(work, 'not there yet');
});
afterEach(() => rmSync(work, { recursive: true }));
const content = (words: string) => Readable.from([Buffer.from(words)]);

placeLaws(() => ({ place: folderPlace(folder), files: folder }));

test('a backup is there once it is finished, for its owner only', async () => {
  const place = folderPlace(folder);
  expect(await place.list()).toEqual([]);
  const id = newBackupId();
  const backup = await place.begin(id);
  await backup.write('notes/1', content('one'));
  expect(await place.list()).toEqual([]);
  await expect(place.open(id)).rejects.toThrow(`there is no whole backup ${id} in ${folder}`);
  await backup.finish('{}');
  expect(await place.list()).toEqual([id]);
  const { manifest, read } = await place.open(id);
  expect([manifest, await text(await read('notes/1'))]).toEqual(['{}', 'one']);
  await expect(read('notes/2')).rejects.toThrow('the part notes/2 is missing');
  expect([statSync(folder), statSync(join(folder, id, 'notes/1'))].map(({ mode }) => mode & 0o777)).toEqual([
    0o700, 0o600,
  ]);
  await place.remove(id);
  expect(readdirSync(folder)).toEqual([]);
});

test('what a killed backup left behind is removed a day later, what lies beside it never', async () => {
  const place = folderPlace(folder);
  const [old, running] = [newBackupId(0), newBackupId(1)];
  for (const name of [`${old}.unfinished`, `${running}.unfinished`, 'photos.unfinished'])
    mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'notes.txt'), '');
  utimesSync(join(folder, `${old}.unfinished`), 0, 0);
  utimesSync(join(folder, 'photos.unfinished'), 0, 0);
  await (await place.begin(newBackupId(2))).abandon();
  expect(readdirSync(folder).sort()).toEqual([`${running}.unfinished`, 'notes.txt', 'photos.unfinished'].sort());
});

test('a backup is named by its folder, or is the one of a place that is asked for', async () => {
  const id = newBackupId();
  expect(await openPlace(`${folder}/${id}/`, {})).toMatchObject({ id, place: { name: folder } });
  expect(await openPlace(`${folder}/`, {})).toMatchObject({ id: undefined, place: { name: folder } });
  await expect(openPlace('s3://bucket/blog', {})).rejects.toThrow(
    'S3 needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  );
  const env = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  expect(await openPlace(`s3://bucket/blog/${id}`, env)).toMatchObject({ id, place: { name: 's3://bucket/blog' } });
  await expect(openPlace('s3://bucket', { ...env, AWS_SESSION_TOKEN: 'c' })).rejects.toThrow('temporary credentials');
  await expect(openPlace('s3://bucket', { ...env, AWS_ENDPOINT_URL: 'nowhere' })).rejects.toThrow('is not a URL');
});
