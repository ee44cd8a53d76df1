import { expect, test } from 'vitest';
import { createBackup } from './create-backup.ts';
import { memoryPlace } from './memory-place.fixture.ts';
import { textStore } from './text-store.fixture.ts';
import { verifyStored } from './verify-stored.ts';

const { signal } = new AbortController();

test('what is stored is compared with the manifest, without a key', async () => {
  const place = memoryPlace();
  const lock = { passphrase: 'four words', workFactor: 8 };
  const stores = [textStore('notes', { a: 'one', b: 'two' }).store];
  const manifest = await createBackup({ place, stores, lock, version: '1', signal });
  await verifyStored(place, manifest, signal);
  const name = `${manifest.id}/notes/1.gz.age`;
  const whole = place.files.get(name)!;
  const flipped = Buffer.from(whole);
  flipped[whole.length - 1]! ^= 1;
  for (const [stored, message] of [
    [flipped, 'the part notes/1.gz.age is not what was stored'],
    [whole.subarray(0, -1), 'the part notes/1.gz.age is not what was stored'],
    [undefined, 'the part notes/1.gz.age is missing'],
  ] as const) {
    if (stored) place.files.set(name, stored);
    else place.files.delete(name);
    await expect(verifyStored(place, manifest, signal)).rejects.toThrow(message);
  }
});
