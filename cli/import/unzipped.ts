import { createWriteStream, mkdirSync, openAsBlob, rmSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { BlobReader, type Entry, ERR_UNSAFE_FILENAME, type FileEntry, ZipReader } from '@zip.js/zip.js';
import { CommandError } from '../command-error.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A zip file that was unpacked where nobody else reads. */
export interface Unzipped {
  readonly folder: string;
  /** Removes it. */
  close(): void;
}

/** What is unpacked at most: a file of a few kilobytes can hold more than any disk. */
const limits = { entries: 200_000, bytes: 20e9 };

/** What systems add. */
const ofSystems = /(?:^|\/)(?:__MACOSX\/|\.DS_Store$|Thumbs\.db$)/;

/**
 * Unpacks a zip file into a temporary folder. A folder in which everything lies is taken off, so that a blog has the same paths however
 * it was packed. Symbolic links are left out.
 * @throws CommandError for a file that is none, is encrypted or damaged, or whose entries lead out of it
 */
export async function unzipped(path: string): Promise<Unzipped> {
  const folder = temporaryFolder('zip');
  const close = () => rmSync(folder, { recursive: true, force: true });
  try {
    const reader = new ZipReader(new BlobReader(await openAsBlob(path)), { useWebWorkers: false, checkCrc32: true });
    const entries = await checkedEntries(reader.getEntriesGenerator());
    const top = commonTop(entries.map(({ name }) => name));
    for (const { name, entry } of entries) await unpack(entry, join(folder, name.slice(top.length)));
    await reader.close();
    return { folder, close };
  } catch (error) {
    close();
    throw error instanceof CommandError
      ? new CommandError(`${path}: ${error.message}`)
      : new CommandError(`${path}: ${reason(error as Error)}`);
  }
}

/** The library refuses names that lead out of the folder, in the ways of every system. */
const reason = ({ message }: Error): string =>
  message === ERR_UNSAFE_FILENAME ? 'an entry leads out of it' : `is no zip file that can be read (${message})`;

interface Named {
  /** With `/`, whatever the program that packed it writes. */
  readonly name: string;
  readonly entry: FileEntry;
}

async function checkedEntries(all: AsyncIterable<Entry>): Promise<Named[]> {
  const files: Named[] = [];
  let bytes = 0;
  for await (const entry of all) {
    const name = entry.filename.replaceAll('\\', '/');
    if (entry.directory || entry.symlink || ofSystems.test(name)) continue;
    if (entry.encrypted) throw new CommandError('is encrypted');
    bytes += entry.uncompressedSize;
    if (files.push({ name, entry }) > limits.entries || bytes > limits.bytes)
      throw new CommandError(
        `has more than ${limits.entries} files or ${limits.bytes / 1e9} GB in it; unpack it yourself`,
      );
  }
  return files;
}

/** The folder in which everything lies, with its slash. */
function commonTop(names: readonly string[]): string {
  const [top = ''] = /^[^/]+\//.exec(names[0] ?? '') ?? [];
  return names.every((name) => name.startsWith(top)) ? top : '';
}

/** Never more bytes than the entry says it has. */
async function unpack(entry: FileEntry, to: string): Promise<void> {
  mkdirSync(dirname(to), { recursive: true });
  let left = entry.uncompressedSize;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      left -= chunk.byteLength;
      if (left < 0) controller.error(new CommandError(`its entry ${entry.filename} is larger than it says`));
      else controller.enqueue(chunk);
    },
  });
  const written = counted.readable.pipeTo(Writable.toWeb(createWriteStream(to, { flags: 'wx' })));
  await Promise.all([entry.getData(counted.writable), written]);
  utimesSync(to, entry.lastModDate, entry.lastModDate);
}
