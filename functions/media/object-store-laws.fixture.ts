import { expect, test } from 'vitest';
import type { ObjectStore } from './object-store.ts';

/** What holds for every store of objects. */
export function storeLaws(open: () => ObjectStore): void {
  const bytes = (text: string) => Buffer.from(text);
  const textOf = async (store: ObjectStore, key: string) => {
    const read = await store.read(key);
    return read && Buffer.from(read).toString();
  };

  test('what was written is read, byte by byte', async () => {
    const store = open();
    const all = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 256));
    await store.write('originals/ab/abc', all);
    expect(Buffer.from((await store.read('originals/ab/abc')) as Uint8Array).equals(all)).toBe(true);
    expect(await store.has('originals/ab/abc')).toBe(true);
  });

  test('what was never written is not there, and removing it is no error', async () => {
    const store = open();
    expect([await store.read('a/b'), await store.has('a/b')]).toEqual([undefined, false]);
    await store.remove(['a/b', 'c']);
  });

  test('writing again replaces', async () => {
    const store = open();
    await store.write('a/b', bytes('a longer text'));
    await store.write('a/b', bytes('short'));
    expect(await textOf(store, 'a/b')).toBe('short');
  });

  test('many writers of one key leave what one of them wrote', async () => {
    const store = open();
    const texts = Array.from({ length: 10 }, (_, index) => String(index).repeat(10_000));
    await Promise.all(texts.map((text) => store.write('a/b', bytes(text))));
    expect(texts).toContain(await textOf(store, 'a/b'));
  });

  test('removing takes what was named, and nothing else', async () => {
    const store = open();
    for (const key of ['a/b', 'a/b-1', 'a/c']) await store.write(key, bytes(key));
    await store.remove(['a/b', 'a/c']);
    expect([await textOf(store, 'a/b'), await textOf(store, 'a/b-1'), await textOf(store, 'a/c')]).toEqual([
      undefined,
      'a/b-1',
      undefined,
    ]);
  });
}
