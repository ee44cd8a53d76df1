import { Readable } from 'node:stream';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, test } from 'vitest';
import { createBackup } from './create-backup.ts';
import type { Key, Lock } from './encryption.ts';
import { writeManifest } from './manifest.ts';
import { memoryPlace } from './memory-place.fixture.ts';
import { openBackup } from './open-backup.ts';
import { restoreBackup } from './restore-backup.ts';
import type { Store } from './store.ts';
import { textStore } from './text-store.fixture.ts';

const { signal } = new AbortController();
const texts = { 'a name with spaces': 'one '.repeat(100), 'ü/安': 'two' };

async function backedUp(options: { lock?: Lock } = {}) {
  const place = memoryPlace();
  const stores = [textStore('notes', texts).store, textStore('other', { x: 'three' }).store];
  const manifest = await createBackup({ place, stores, version: '1', signal, ...options });
  return { place, manifest, name: (file: string) => `${manifest.id}/${file}` };
}

async function restore(place: ReturnType<typeof memoryPlace>, key?: Key) {
  const [notes, other] = [textStore('notes', {}), textStore('other', {})];
  const steps = () => [...notes.restored, ...other.restored];
  const run = async () =>
    restoreBackup({ backup: await openBackup({ place, key }), stores: [notes.store, other.store], signal });
  return { steps, run };
}

const whole = [
  `staged a name with spaces: ${texts['a name with spaces']}`,
  'staged ü/安: two',
  'committed',
  'staged x: three',
  'committed',
];

describe('a backup that is restored', () => {
  test('gives each store its own back', async () => {
    const { place } = await backedUp();
    const { run, steps } = await restore(place);
    expect(await run()).toEqual({ notes: '2 texts', other: '1 texts' });
    expect(steps()).toEqual(whole);
  });

  test('commits nothing when one store refuses', async () => {
    const { place } = await backedUp();
    const notes = textStore('notes', {});
    const other: Store = { ...textStore('other', {}).store, stage: () => Promise.reject(new Error('not empty')) };
    const backup = await openBackup({ place });
    await expect(restoreBackup({ backup, stores: [notes.store, other], signal })).rejects.toThrow('not empty');
    expect(notes.restored).toEqual([...whole.slice(0, 2), 'discarded']);
  });

  test('stages nothing when a bit of any file is flipped, a file is cut short or missing', async () => {
    const { place } = await backedUp();
    for (const [name, bytes] of [...place.files]) {
      for (let at = 0; at < bytes.length; at += name.endsWith('.json') ? 97 : 7) {
        const flipped = Buffer.from(bytes);
        flipped[at]! ^= 1 << (at % 8);
        await refused(name, flipped, /is damaged|has format/);
      }
      await refused(name, bytes.subarray(0, -9), /is damaged/);
      if (!name.endsWith('.json')) await refused(name, undefined, /the part .* is missing/);
      place.files.set(name, bytes);
    }

    async function refused(name: string, bytes: Buffer | undefined, message: RegExp) {
      if (bytes) place.files.set(name, bytes);
      else place.files.delete(name);
      const { run, steps } = await restore(place);
      await expect(run(), name).rejects.toThrow(message);
      expect(steps()).toEqual([]);
    }
  });

  test('is not one of a newer format, nor one whose files lead elsewhere', async () => {
    const { place, manifest, name } = await backedUp();
    const other = (content: object) =>
      place.files.set(name('manifest.json'), Buffer.from(writeManifest(content as typeof manifest)));
    other({ ...manifest, format: 2 });
    await expect((await restore(place)).run()).rejects.toThrow(
      'the backup has format 2, and this version of Dormouse reads 1',
    );
    const [first] = (manifest.stores.notes as Extract<(typeof manifest.stores)[string], { kind: 'files' }>).files;
    for (const path of ['../x', '/etc/passwd', 'a/../../x', 'a//x', '', '..', 'a\\x']) {
      other({ ...manifest, stores: { notes: { kind: 'files', files: [{ ...first, path }] } } });
      await expect((await restore(place)).run(), path).rejects.toThrow('the manifest cannot be read');
    }
  });
});

describe('an encrypted backup', () => {
  test('for a recipient is opened by its identity alone', async () => {
    const identity = await generateX25519Identity();
    const { place, name } = await backedUp({ lock: { recipient: await identityToRecipient(identity) } });
    expect(place.files.get(name('notes/0.gz.age'))!.subarray(0, 21).toString()).toBe('age-encryption.org/v1');
    for (const [key, message] of [
      [undefined, '--identity-file'],
      [{ passphrase: 'x' }, '--identity-file'],
      [{ identity: await generateX25519Identity() }, 'the identity is not the one of age1'],
      [{ identity: 'x' }, 'begins with AGE-SECRET-KEY-1'],
    ] as const)
      await expect((await restore(place, key)).run()).rejects.toThrow(message);
    const { run, steps } = await restore(place, { identity });
    await run();
    expect(steps()).toEqual(whole);
    await expect(backedUp({ lock: { recipient: 'ssh-ed25519 AAAA' } })).rejects.toThrow('begins with age1');
  });

  test('by a passphrase is opened by that passphrase alone', async () => {
    const { place } = await backedUp({ lock: { passphrase: 'four words', workFactor: 8 } });
    await expect((await restore(place)).run()).rejects.toThrow('--passphrase-file');
    await expect((await restore(place, { passphrase: 'five' })).run()).rejects.toThrow('the passphrase is not the one');
    const { run, steps } = await restore(place, { passphrase: 'four words' });
    await run();
    expect(steps()).toEqual(whole);
  });
});

describe('a backup that ends early', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });

  test.each([
    ['the disk is full', { write: full }, 'no space left on device'],
    ['the disk is full at the end', { finish: full }, 'no space left on device'],
    ['a store cannot be read', { read: full }, 'no space left on device'],
    ['it is interrupted', { abort: true }, 'Ctrl-C'],
  ])(
    'is none and leaves nothing: %s',
    async (_, fault: { write?: Error; finish?: Error; read?: Error; abort?: boolean }, message) => {
      const place = memoryPlace();
      const stop = new AbortController();
      const failing: typeof place = {
        ...place,
        async begin(id) {
          const backup = await place.begin(id);
          return {
            ...backup,
            write: (part, content) => {
              if (fault.abort && part.startsWith('other')) stop.abort(new Error('Ctrl-C'));
              return fault.write && part.startsWith('other')
                ? Promise.reject(fault.write)
                : backup.write(part, content);
            },
            finish: (text) => (fault.finish ? Promise.reject(fault.finish) : backup.finish(text)),
          };
        },
      };
      const unreadable: Store = {
        ...textStore('broken', {}).store,
        backUp: async (write) => {
          if (fault.read)
            await write(
              'broken/0',
              new Readable({
                read() {
                  this.destroy(fault.read);
                },
              }),
            );
          return { kind: 'files', files: [] };
        },
      };
      const stores = [textStore('notes', texts).store, textStore('other', { x: 'three' }).store, unreadable];
      await expect(createBackup({ place: failing, stores, version: '1', signal: stop.signal })).rejects.toThrow(
        message,
      );
      expect([...place.files.keys()]).toEqual([]);
    },
  );
});
