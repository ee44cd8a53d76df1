import { setTimeout } from 'node:timers/promises';
import { diskStore, type Store, type StoreFile } from '@dormouse/eventing/log/store';

/** How a disk is: `full` writes half and fails, `slow` waits before each sync, `failing` cannot sync. */
export interface Disk {
  state: 'well' | 'full' | 'slow' | 'failing';
  /** Of a slow one, before each sync. */
  delayMs: number;
}

/** Stores on a disk whose state may be changed at any time. */
export function faultyStores(
  disk: Disk,
  {
    inner = diskStore,
    sleep = setTimeout,
  }: { inner?: (folder: string) => Store; sleep?: (ms: number) => Promise<unknown> } = {},
): (folder: string) => Store {
  const syncing = async () => {
    const { state, delayMs } = disk;
    if (state === 'slow') await sleep(delayMs);
    if (state === 'failing') throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
  };
  return (folder) => {
    const store = inner(folder);
    return {
      directory: store.directory,
      list: () => store.list(),
      remove: (name) => store.remove(name),
      open: async (name) => faultyFile(await store.open(name), disk, syncing),
      async replace(name, content) {
        if (disk.state === 'full') throw noSpace();
        await syncing();
        await store.replace(name, content);
      },
      async syncFolder() {
        await syncing();
        await store.syncFolder();
      },
    };
  };
}

function faultyFile(file: StoreFile, disk: Disk, syncing: () => Promise<void>): StoreFile {
  return {
    size: () => file.size(),
    read: (position, length) => file.read(position, length),
    truncate: (length) => file.truncate(length),
    close: () => file.close(),
    async write(bytes, position) {
      if (disk.state !== 'full') return file.write(bytes, position);
      await file.write(bytes.subarray(0, bytes.length >> 1), position);
      throw noSpace();
    },
    async sync() {
      await syncing();
      await file.sync();
    },
  };
}

const noSpace = () => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
