import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobWriter, TextReader, ZipWriter, type ZipWriterAddDataOptions } from '@zip.js/zip.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandError } from '../command-error.ts';
import { unzipped } from './unzipped.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dormouse-unzipped-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A zip file of texts. */
async function packed(texts: Record<string, string>, options: ZipWriterAddDataOptions = {}): Promise<string> {
  const zip = new ZipWriter(new BlobWriter(), { useWebWorkers: false });
  for (const [name, text] of Object.entries(texts)) await zip.add(name, new TextReader(text), options);
  const path = join(folder, 'a.zip');
  writeFileSync(path, Buffer.from(await (await zip.close()).arrayBuffer()));
  return path;
}

/** Texts of everything that was unpacked, by path. */
async function unpacked(path: string): Promise<Record<string, string>> {
  const { folder: at, close } = await unzipped(path);
  try {
    const files = readdirSync(at, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return Object.fromEntries(
      files.map(({ parentPath, name }) => {
        const file = join(parentPath, name);
        return [file.slice(at.length + 1), readFileSync(file, 'utf8')];
      }),
    );
  } finally {
    close();
  }
}

const temporary = () => readdirSync(tmpdir()).filter((name) => name.startsWith('dormouse-zip-'));

describe('a zip file', () => {
  it('is unpacked with names in every script and the times of its files, and removed afterwards', async () => {
    const changed = new Date('2021-03-04T05:06:08Z');
    const path = await packed({ 'posts/정원.md': 'A', 'b.md': 'B' }, { lastModDate: changed });
    expect(await unpacked(path)).toEqual({ 'posts/정원.md': 'A', 'b.md': 'B' });
    const { folder: at, close } = await unzipped(path);
    expect(statSync(join(at, 'b.md')).mtime).toEqual(changed);
    close();
    expect(existsSync(at)).toBe(false);
  });

  it('has the same paths with a folder around everything, and without what systems add', async () => {
    expect(await unpacked(await packed({ 'blog-main/a.md': 'A', 'blog-main/posts/b.md': 'B' }))).toEqual({
      'a.md': 'A',
      'posts/b.md': 'B',
    });
    expect(
      await unpacked(await packed({ 'x/a.md': 'A', '__MACOSX/x/._a.md': 'no', 'x/.DS_Store': 'no', 'x/b\\c.md': 'C' })),
    ).toEqual({ 'a.md': 'A', 'b/c.md': 'C' });
  });

  it('takes away what a run left that was killed, and nothing of one that goes on', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    const place = (id: number) =>
      mkdtempSync(join(tmpdir(), `dormouse-zip-${hostname().replace(/[^\w.]/g, '')}-${id}-`));
    const [left, open, foreign] = [
      place(pid),
      place(process.ppid),
      mkdtempSync(join(tmpdir(), `dormouse-zip-other-${pid}-`)),
    ];
    await unpacked(await packed({ 'a.md': 'A' }));
    expect([left, open, foreign].map((each) => existsSync(each))).toEqual([false, true, true]);
    for (const each of [open, foreign]) rmSync(each, { recursive: true });
  });

  it('leaves symbolic links out', async () => {
    expect(await unpacked(await packed({ link: '/etc/passwd' }, { unixMode: 0o120777 }))).toEqual({});
  });

  it.each<[string, () => Promise<string>, RegExp]>([
    ['with an entry above it', () => packed({ 'a.md': 'A', '../b.md': 'B' }), /an entry leads out of it$/],
    ['with an entry far above it', () => packed({ 'a/../../b.md': 'B' }), /leads out of it$/],
    ['with an absolute entry', () => packed({ '/etc/x': 'B', 'a.md': 'A' }), /leads out of it$/],
    ['with a drive', () => packed({ 'c:/x.md': 'B' }), /leads out of it$/],
    ['with a backslash above it', () => packed({ '..\\b.md': 'B' }), /leads out of it$/],
    ['that is encrypted', () => packed({ 'a.md': 'A' }, { password: 'x' }), /is encrypted$/],
    ['with one name twice', () => twice(), /EEXIST|duplicate|ambiguous/i],
    ['that is none', async () => write('no zip'), /is no zip file that can be read/],
    ['that is empty', async () => write(''), /is no zip file that can be read/],
    [
      'that ends too early',
      async () => write((await bytesOf({ 'a.md': 'A'.repeat(1000) })).subarray(0, 90)),
      /is no zip file/,
    ],
    ['whose bytes were changed', changedByte, /is no zip file that can be read/],
  ])('%s is refused in one line, and nothing of it stays', async (_, make, message) => {
    const before = temporary();
    const error = await unzipped(await make()).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CommandError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain('\n');
    expect(temporary()).toEqual(before);
  });
});

function write(bytes: string | Uint8Array): string {
  const path = join(folder, 'b.zip');
  writeFileSync(path, bytes);
  return path;
}

async function bytesOf(texts: Record<string, string>): Promise<Buffer> {
  return readFileSync(await packed(texts, { level: 0 }));
}

async function changedByte(): Promise<string> {
  const bytes = await bytesOf({ 'a.md': 'Some text that is stored as it is.' });
  const at = bytes.indexOf('stored');
  bytes[at] = bytes[at]! ^ 1;
  return write(bytes);
}

/** A name of the same length made the same as another one's, wherever it stands. */
async function twice(): Promise<string> {
  const bytes = await bytesOf({ 'a.md': 'A', 'b.md': 'B' });
  return write(Buffer.from(bytes.toString('latin1').replaceAll('b.md', 'a.md'), 'latin1'));
}
