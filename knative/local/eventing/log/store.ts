import { close, fdatasync, fsync, ftruncate, mkdirSync, open, read, write } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A file opened for reading and writing at positions. */
export interface StoreFile {
  /** Current size, bytes. */
  size(): Promise<number>;
  /** Up to `length` bytes; fewer only at the file's end. */
  read(position: number, length: number): Promise<Buffer>;
  /** Writes all of `bytes` or rejects; on disk only after `sync`. */
  write(bytes: Buffer, position: number): Promise<void>;
  truncate(length: number): Promise<void>;
  /** Resolves once everything written is on disk (fdatasync). */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The file operations that a log needs, in one folder. Injected, so that tests can lose, fill, slow and damage it. */
export interface Store {
  /** Path for messages. */
  readonly directory: string;
  list(): Promise<string[]>;
  /** Creates a missing file; its name is on disk only after `syncFolder`. */
  open(name: string): Promise<StoreFile>;
  /** Replaces a file's content atomically; it is on disk when this resolves. */
  replace(name: string, content: Buffer): Promise<void>;
  remove(name: string): Promise<void>;
  /** Resolves once created and removed names are on disk. */
  syncFolder(): Promise<void>;
}

/** A store in a folder of the real disk; creates the folder with mode 0700. */
export function diskStore(folder: string): Store {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const store: Store = {
    directory: folder,
    list: () => readdir(folder),
    open: async (name) => diskFile(await opened(join(folder, name), 'a').then(reopened(join(folder, name)))),
    remove: (name) => rm(join(folder, name), { force: true }),
    async replace(name, content) {
      const draft = `${name}.new`;
      await rm(join(folder, draft), { force: true });
      const file = await store.open(draft);
      await file.write(content, 0);
      await file.sync();
      await file.close();
      await rename(join(folder, draft), join(folder, name));
      await store.syncFolder();
    },
    async syncFolder() {
      const handle = await opened(folder, 'r');
      await synced(handle).finally(() => closed(handle));
    },
  };
  return store;

  /** `a` makes the file without cutting it; positions need `r+`. */
  function reopened(path: string) {
    return async (handle: number) => {
      await closed(handle);
      return { path, handle: await opened(path, 'r+') };
    };
  }
}

const opened = (path: string, flags: string) => promisify<string, string, number, number>(open)(path, flags, 0o600);
const closed = promisify(close);
const synced = promisify(fsync);
const dataSynced = promisify(fdatasync);
const truncated = promisify(ftruncate);

function diskFile({ path, handle }: { path: string; handle: number }): StoreFile {
  return {
    size: async () => (await stat(path)).size,
    read: (position, length) => readAll(handle, position, length),
    write: (bytes, position) => writeAll(handle, bytes, position),
    truncate: (length) => truncated(handle, length),
    sync: () => dataSynced(handle),
    close: () => closed(handle),
  };
}

async function readAll(handle: number, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length);
  let done = 0;
  while (done < length) {
    const got = await new Promise<number>((resolve, reject) =>
      read(handle, bytes, done, length - done, position + done, (error, count) =>
        error ? reject(error) : resolve(count),
      ),
    );
    if (got === 0) return bytes.subarray(0, done);
    done += got;
  }
  return bytes;
}

async function writeAll(handle: number, bytes: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length)
    done += await new Promise<number>((resolve, reject) =>
      write(handle, bytes, done, bytes.length - done, position + done, (error, count) =>
        error ? reject(error) : resolve(count),
      ),
    );
}
