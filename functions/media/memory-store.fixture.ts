import type { ObjectStore } from './object-store.ts';

/** Objects in a map. */
export function memoryStore(kept = new Map<string, Uint8Array<ArrayBuffer>>()): ObjectStore {
  return {
    read: async (key) => kept.get(key),
    has: async (key) => kept.has(key),
    write: async (key, bytes) => void kept.set(key, new Uint8Array(bytes)),
    remove: async (keys) => {
      for (const key of keys) kept.delete(key);
    },
    removeBroken: async () => 0,
  };
}
