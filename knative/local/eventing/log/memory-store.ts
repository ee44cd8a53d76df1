import { type Content, MemoryFile, torn } from './memory-file.ts';
import type { Store } from './store.ts';

/** An in-memory store for tests; it can lose power and fail writes. */
export interface MemoryStore extends Store {
  /**
   * As after a power loss: open files stay unusable, and of what was not synced nothing is left, or what `survives` says:
   * it is asked for each name made or removed, each changed length and each sector of 512 bytes that was written.
   */
  losePower(survives?: () => boolean): void;
  /** Content of a file, `undefined` when there is none. */
  peek(name: string): Buffer | undefined;
  /** Replaces a file's synced content, to damage, truncate or restore it. `undefined` removes the file. */
  poke(name: string, content: Buffer | undefined): void;
  /** A copy with the same content, all of it synced. */
  copy(): MemoryStore;
  /** Called before each operation; what it throws is the operation's failure, what it returns is awaited. */
  before: (
    operation: 'write' | 'sync' | 'open' | 'truncate' | 'remove' | 'replace' | 'syncFolder',
    name: string,
  ) => void | Promise<void>;
  /** Syncs of files so far. */
  syncs: number;
}

/** @see MemoryStore */
export function memoryStore(files: ReadonlyMap<string, Buffer> = new Map()): MemoryStore {
  const contents = new Map<string, Content>(
    [...files].map(([name, bytes]) => [name, { now: bytes, safe: bytes, named: true }]),
  );
  let removed = new Map<string, Content>();
  let power = 0;
  const store: MemoryStore = {
    directory: '',
    syncs: 0,
    before: () => {},
    list: async () => [...contents.keys()],
    async open(name) {
      await store.before('open', name);
      let content = contents.get(name);
      if (!content) contents.set(name, (content = { now: Buffer.alloc(0), safe: Buffer.alloc(0), named: false }));
      const born = power;
      return new MemoryFile(content, {
        before: (operation) => store.before(operation, name),
        powered: () => born === power,
        synced: () => void store.syncs++,
      });
    },
    async replace(name, content) {
      await store.before('replace', name);
      contents.set(name, { now: content, safe: content, named: true });
    },
    async remove(name) {
      await store.before('remove', name);
      const content = contents.get(name);
      if (content?.named) removed.set(name, content);
      contents.delete(name);
    },
    async syncFolder() {
      await store.before('syncFolder', '');
      for (const content of contents.values()) content.named = true;
      removed = new Map();
    },
    losePower(survives = () => false) {
      power++;
      for (const [name, content] of removed) if (!survives()) contents.set(name, content);
      removed = new Map();
      for (const [name, content] of contents) {
        if (content.named || survives()) content.named = true;
        else contents.delete(name);
        content.now = content.safe = content.now === content.safe ? content.now : torn(content, survives);
      }
    },
    peek: (name) => contents.get(name)?.now,
    poke(name, content) {
      if (content) contents.set(name, { now: content, safe: content, named: true });
      else contents.delete(name);
    },
    copy: () => memoryStore(new Map([...contents].map(([name, content]) => [name, Buffer.from(content.now)]))),
  };
  return store;
}
