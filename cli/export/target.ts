import { createWriteStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { open, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js';
import { blogFile, readmeFile } from '../blog-folder/layout.ts';
import { CommandError } from '../command-error.ts';

/** Where an export goes. It stands under its name only once it is whole. */
export interface Target {
  /** Writes a file. One at a time: what was added before is on its way to the disk. */
  add(path: string, bytes: Uint8Array<ArrayBuffer>, changed: Date): Promise<void>;
  /** Begins a file that is written in parts; nothing is added before its end. */
  open(path: string, changed: Date): Promise<OpenFile>;
  /** @returns its size in bytes, of a zip file */
  finish(): Promise<number | undefined>;
  /** Removes what was written. */
  abandon(): void;
}

export interface OpenFile {
  write(text: string): Promise<void>;
  end(): Promise<void>;
}

/**
 * A zip file, where the name ends with `.zip`, or a folder.
 * @param force whether an export that is there may be replaced
 * @throws CommandError where something is there that is not to be replaced, or nothing can be written
 */
export function openTarget(path: string, force: boolean): Target {
  const isZip = isZipFile(path);
  demandFree(path, isZip, force);
  const part = `${path}.part`;
  try {
    rmSync(part, { recursive: true, force: true });
    mkdirSync(dirname(path), { recursive: true });
    return isZip ? zipFile(path, part) : folder(path, part);
  } catch (error) {
    throw new CommandError(`${path}: cannot be written (${(error as Error).message})`);
  }
}

const isZipFile = (path: string): boolean =>
  /\.zip$/i.test(path) && !(existsSync(path) && statSync(path).isDirectory());

function demandFree(path: string, isZip: boolean, force: boolean): void {
  if (!existsSync(path)) return;
  if (isZip) {
    if (!force) throw new CommandError(`${path}: is there already; --force replaces it`);
    return;
  }
  if (!statSync(path).isDirectory()) throw new CommandError(`${path}: is a file, and no zip file by its name`);
  if (readdirSync(path).length === 0) return;
  if (!isExport(path)) throw new CommandError(`${path}: has something in it that is no export, and is left alone`);
  if (!force) throw new CommandError(`${path}: has an export in it already; --force replaces it`);
}

/** In one of the forms that this command writes. */
function isExport(folder: string): boolean {
  const has = (name: string) => existsSync(join(folder, name));
  return has(blogFile) || (has(readmeFile) && (has('blog.xml') || has('blog.json')));
}

function folder(path: string, part: string): Target {
  mkdirSync(part);
  const made = new Set<string>();
  const place = (inner: string): string => {
    const file = join(part, inner);
    if (!made.has(dirname(file))) mkdirSync(dirname(file), { recursive: true });
    made.add(dirname(file));
    return file;
  };
  return {
    async add(inner, bytes, changed) {
      const file = place(inner);
      await writeFile(file, bytes, { flag: 'wx' });
      await utimes(file, changed, changed);
    },
    async open(inner, changed) {
      const file = place(inner);
      const handle = await open(file, 'wx');
      return {
        write: (text) => handle.writeFile(text),
        async end() {
          await handle.close();
          await utimes(file, changed, changed);
        },
      };
    },
    async finish() {
      rmSync(path, { recursive: true, force: true });
      renameSync(part, path);
      return undefined;
    },
    abandon: () => rmSync(part, { recursive: true, force: true }),
  };
}

/** Pictures are compressed already. */
const stored = /\.(?:png|jpe?g|gif|webp|avif)$/i;

function zipFile(path: string, part: string): Target {
  const stream = createWriteStream(part, { flags: 'wx' });
  const zip = new ZipWriter(Writable.toWeb(stream), { useWebWorkers: false });
  return {
    async add(inner, bytes, changed) {
      await zip.add(inner, new Uint8ArrayReader(bytes), {
        lastModDate: changed,
        ...(stored.test(inner) ? { level: 0 } : {}),
      });
    },
    async open(inner, changed) {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const added = zip.add(inner, readable, { lastModDate: changed });
      // Whoever writes learns of it: the stream has failed then.
      added.catch(() => {});
      const writer = writable.getWriter();
      return {
        write: (text) => writer.write(new TextEncoder().encode(text)),
        async end() {
          await writer.close();
          await added;
        },
      };
    },
    async finish() {
      await zip.close();
      renameSync(part, path);
      return statSync(path).size;
    },
    abandon() {
      stream.destroy();
      rmSync(part, { force: true });
    },
  };
}
