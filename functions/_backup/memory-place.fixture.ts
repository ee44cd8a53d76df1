import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { BackupError } from './backup-error.ts';
import type { Place } from './place.ts';

/** Backups in memory: `id/part` → bytes. */
export function memoryPlace(files = new Map<string, Buffer>()): Place & { files: Map<string, Buffer> } {
  const removed = (id: string) => {
    for (const name of files.keys()) if (name.startsWith(`${id}/`)) files.delete(name);
  };
  return {
    name: 'memory',
    files,
    list: async () =>
      [...files.keys()]
        .filter((name) => name.endsWith('/manifest.json'))
        .map((name) => name.split('/', 1)[0] as string),
    begin: async (id) => ({
      write: async (part, content) => void files.set(`${id}/${part}`, await buffer(content)),
      finish: async (manifest) => void files.set(`${id}/manifest.json`, Buffer.from(manifest)),
      abandon: async () => removed(id),
    }),
    open: async (id) => ({
      manifest: files.get(`${id}/manifest.json`)!.toString(),
      read: async (part) => {
        const bytes = files.get(`${id}/${part}`);
        if (!bytes) throw new BackupError(`the part ${part} is missing`);
        return Readable.from([bytes]);
      },
    }),
    remove: async (id) => removed(id),
    tidy: async () => [],
  };
}
