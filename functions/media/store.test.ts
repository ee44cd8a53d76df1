import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outbox } from '@dormouse/runtime/outbox';
import { openSql } from '@dormouse/runtime/sql';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { folderStore } from './folder-store.ts';
import type { ObjectStore } from './object-store.ts';
import { openPictures, type Pictures } from './store.ts';
import { originalKey, variantKey } from './variants.ts';

let db: TestDatabase;
let folder: string;
let objects: ObjectStore;
let pictures: Pictures;
let end: () => Promise<unknown>;
beforeAll(async () => {
  db = await testDatabase('media');
  folder = await mkdtemp(join(tmpdir(), 'media-'));
  const sql = openSql({ databaseUrl: db.urlOf('media'), service: 'media' });
  objects = folderStore(folder);
  pictures = openPictures({ sql, outbox: outbox({ sql, source: '/media' }), objects });
  end = () => sql.end();
});
afterAll(async () => {
  await end();
  await db.drop();
  await rm(folder, { recursive: true });
});
beforeEach(() => db.admin`TRUNCATE media.uploads, media.pictures, media.outbox`);

let made = 0;
/** Bytes that no other test has. */
const some = () => {
  const bytes = Buffer.from(`picture ${made++}`);
  return { hash: createHash('sha256').update(bytes).digest('hex'), type: 'image/png', bytes };
};
const emitted = async () =>
  (await db.admin`SELECT type, subject FROM media.outbox ORDER BY position`).map(({ type }) => type.split('.')[3]);
const facts = { width: 500, height: 400, color: '#aabbcc', animated: false };
const small = ['640.avif', '640.webp', '640.jpg'];
async function make(hash: string) {
  for (const name of small) await pictures.addVariant(hash, name, Buffer.from(name));
  return pictures.finish(hash, { state: 'ready', ...facts });
}

test('an upload is kept, asked for once, and made', async () => {
  const upload = some();
  expect(await pictures.add({ ownerId: 1, ...upload })).toMatchObject({ isNew: true, picture: { state: 'uploaded' } });
  expect(await pictures.add({ ownerId: 1, ...upload })).toMatchObject({ isNew: false, picture: { state: 'uploaded' } });
  expect(Buffer.from((await pictures.original(upload.hash))!)).toEqual(upload.bytes);
  expect(Buffer.from((await pictures.uploaded(upload.hash, 1))!)).toEqual(upload.bytes);
  expect(await pictures.uploaded(upload.hash, 2)).toBeUndefined();
  expect(await make(upload.hash)).toBe(true);
  expect(await pictures.find(upload.hash, 1)).toMatchObject({ state: 'ready', made: facts });
  expect(await pictures.add({ ownerId: 1, ...upload })).toMatchObject({ isNew: false, picture: { state: 'ready' } });
  expect(await emitted()).toEqual(['uploaded', 'ready']);
});

test('an event that is delivered again changes nothing', async () => {
  const { hash, ...rest } = some();
  await pictures.add({ ownerId: 1, hash, ...rest });
  await make(hash);
  expect(await pictures.original(hash)).toBeUndefined();
  expect(await pictures.uploaded(hash, undefined)).toBeDefined();
  expect(await pictures.addVariant(hash, '640.jpg', Buffer.from('another'))).toBe(false);
  expect(await pictures.finish(hash, { state: 'refused', reason: 'Late.' })).toBe(false);
  expect(Buffer.from((await objects.read(variantKey(hash, '640.jpg')))!).toString()).toBe('640.jpg');
  expect(await emitted()).toEqual(['uploaded', 'ready']);
});

test('two deliveries at once make one picture', async () => {
  const { hash, ...rest } = some();
  await pictures.add({ ownerId: 1, hash, ...rest });
  const finished = await Promise.all([make(hash), make(hash)]);
  expect(finished.filter(Boolean)).toHaveLength(1);
  expect(await emitted()).toEqual(['uploaded', 'ready']);
});

test('it is not ready while a variant is missing', async () => {
  const { hash, ...rest } = some();
  await pictures.add({ ownerId: 1, hash, ...rest });
  await pictures.addVariant(hash, '640.jpg', Buffer.from('x'));
  await expect(pictures.finish(hash, { state: 'ready', ...facts })).rejects.toMatchObject({ code: 'conflict' });
  expect(await pictures.find(hash, 1)).toMatchObject({ state: 'uploaded' });
});

test('what was refused leaves no variants, and is tried again when it is uploaded again', async () => {
  const upload = some();
  await pictures.add({ ownerId: 1, ...upload });
  await pictures.addVariant(upload.hash, '640.jpg', Buffer.from('x'));
  await pictures.finish(upload.hash, { state: 'refused', reason: 'It is damaged.' });
  expect(await pictures.find(upload.hash, 1)).toMatchObject({ state: 'refused', reason: 'It is damaged.' });
  expect(await objects.has(variantKey(upload.hash, '640.jpg'))).toBe(false);
  expect(await pictures.add({ ownerId: 1, ...upload })).toMatchObject({ isNew: false, picture: { state: 'uploaded' } });
  expect(await emitted()).toEqual(['uploaded', 'refused', 'uploaded']);
});

test('a picture of several people goes with the last of them', async () => {
  const upload = some();
  await pictures.add({ ownerId: 1, ...upload });
  await pictures.add({ ownerId: 2, ...upload });
  await make(upload.hash);
  expect(await pictures.remove(upload.hash, 3)).toBe(false);
  expect(await pictures.remove(upload.hash, 1)).toBe(true);
  expect(await pictures.remove(upload.hash, 1)).toBe(false);
  expect(await objects.has(variantKey(upload.hash, '640.jpg'))).toBe(true);
  expect(await pictures.remove(upload.hash, 2)).toBe(true);
  expect(await pictures.find(upload.hash, undefined)).toBeUndefined();
  for (const key of [originalKey(upload.hash), ...small.map((name) => variantKey(upload.hash, name))])
    expect([key, await objects.has(key)]).toEqual([key, false]);
  expect(await pictures.addVariant(upload.hash, '640.jpg', Buffer.from('late'))).toBe(false);
  expect(await objects.has(variantKey(upload.hash, '640.jpg'))).toBe(false);
  expect(await emitted()).toEqual(['uploaded', 'ready', 'deleted']);
});

test('an editor takes it from everybody', async () => {
  const upload = some();
  await pictures.add({ ownerId: 1, ...upload });
  await pictures.add({ ownerId: 2, ...upload });
  expect(await pictures.remove(upload.hash, undefined)).toBe(true);
  expect(await pictures.list({ ownerId: 2, limit: 10 })).toEqual([]);
});

test('a removal that stopped half-way is ended by the next one, and mended by an upload', async () => {
  const upload = some();
  await pictures.add({ ownerId: 1, ...upload });
  await make(upload.hash);
  await objects.remove([originalKey(upload.hash), variantKey(upload.hash, '640.jpg')]);
  expect(await pictures.add({ ownerId: 1, ...upload })).toMatchObject({ picture: { state: 'uploaded' } });
  expect(await make(upload.hash)).toBe(true);
  await objects.remove([originalKey(upload.hash)]);
  expect(await pictures.remove(upload.hash, 1)).toBe(true);
});

test('uploading and deleting at once leaves all of a picture or nothing', async () => {
  for (let round = 0; round < 10; round++) {
    const upload = some();
    await pictures.add({ ownerId: 1, ...upload });
    await Promise.all([pictures.remove(upload.hash, 1), pictures.add({ ownerId: 2, ...upload })]);
    expect(await pictures.find(upload.hash, 2)).toBeDefined();
    expect(await objects.has(originalKey(upload.hash))).toBe(true);
    await Promise.all([pictures.remove(upload.hash, 2), pictures.addVariant(upload.hash, '640.jpg', Buffer.from('x'))]);
    expect(await objects.has(variantKey(upload.hash, '640.jpg'))).toBe(false);
  }
});

test('what somebody still waits for after two minutes is asked for again', async () => {
  const { hash, ...rest } = some();
  await pictures.add({ ownerId: 1, hash, ...rest });
  await pictures.find(hash, 1);
  expect(await emitted()).toEqual(['uploaded']);
  await db.admin`UPDATE media.pictures SET asked_at = asked_at - interval '3 minutes'`;
  await Promise.all([pictures.find(hash, 1), pictures.list({ ownerId: 1, limit: 5 })]);
  expect(await emitted()).toEqual(['uploaded', 'uploaded']);
});

test('lists are newest first, in pages', async () => {
  const uploads = [some(), some(), some()];
  for (const upload of uploads) await pictures.add({ ownerId: 1, ...upload });
  await pictures.add({ ownerId: 2, ...some() });
  const hashes = uploads.map(({ hash }) => hash).reverse();
  const first = await pictures.list({ ownerId: 1, limit: 2 });
  expect(first.map(({ hash }) => hash)).toEqual(hashes);
  const last = first[1]!;
  const next = await pictures.list({ ownerId: 1, limit: 2, after: [last.uploadedAt.getTime(), last.hash] });
  expect(next.map(({ hash }) => hash)).toEqual(hashes.slice(2));
});
