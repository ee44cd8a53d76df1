import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ObjectStore } from './object-store.ts';

/** Objects as files of a folder, which is made when the first is written. */
export function folderStore(folder: string): ObjectStore {
  const pathOf = (key: string) => join(folder, ...key.split('/'));
  const missing = (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? undefined : Promise.reject(error));
  return {
    read: (key) => readFile(pathOf(key)).catch(missing),
    has: async (key) => (await stat(pathOf(key)).catch(missing)) !== undefined,
    async write(key, bytes) {
      const path = pathOf(key);
      await mkdir(dirname(path), { recursive: true });
      // Another name until it is whole: backups leave it out.
      const beside = `${path}.${randomUUID()}.part`;
      try {
        const file = await open(beside, 'wx', 0o644);
        await file
          .writeFile(bytes)
          .then(() => file.sync())
          .finally(() => file.close());
        await rename(beside, path);
      } catch (error) {
        await rm(beside, { force: true });
        throw error;
      }
    },
    async removeBroken(before) {
      const entries = (await readdir(folder, { recursive: true, withFileTypes: true }).catch(missing)) ?? [];
      let removed = 0;
      for (const { name, parentPath } of entries.filter((entry) => entry.isFile() && entry.name.endsWith('.part'))) {
        const path = join(parentPath, name);
        const found = await stat(path).catch(missing);
        if (!found || found.mtime >= before) continue;
        await rm(path, { force: true });
        removed++;
      }
      return removed;
    },
    remove: async (keys) => void (await Promise.all(keys.map((key) => rm(pathOf(key), { force: true })))),
  };
}
