import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { FilesSection } from './manifest.ts';
import type { Store } from './store.ts';

/** A store of some texts; what it has restored is in `restored`, in the order of its steps. */
export function textStore(name: string, texts: Readonly<Record<string, string>>) {
  const restored: string[] = [];
  const store: Store = {
    name,
    async backUp(write) {
      const files: FilesSection['files'] = [];
      for (const [path, content] of Object.entries(texts))
        files.push({
          path,
          part: (await write(`${name}/${files.length}`, Readable.from([Buffer.from(content)]))).part,
        });
      return { kind: 'files', files };
    },
    async stage(section, read) {
      if (section.kind !== 'files') throw new Error('not mine');
      for (const { path, part } of section.files) restored.push(`staged ${path}: ${await text(await read(part))}`);
      return {
        summary: `${section.files.length} texts`,
        commit: async () => void restored.push('committed'),
        discard: async () => void restored.push('discarded'),
      };
    },
  };
  return { store, restored };
}
