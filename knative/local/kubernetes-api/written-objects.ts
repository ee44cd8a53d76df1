import { createHash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { WrittenObject } from '@dormouse/manifests/source-objects';

/** What was written through the Kubernetes API, kept in a folder: a file for each object. */
export interface WrittenObjects {
  all(): readonly WrittenObject[];
  /** Kept when it returns: a crash leaves the former file or the new one. */
  put(object: WrittenObject): void;
  /** Nothing is said of the object any more: what the files say holds. */
  forget(key: string): void;
}

/** @throws Error with the name of a file that somebody has broken */
export function writtenObjects(folder: string): WrittenObjects {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const objects = new Map<string, WrittenObject>();
  // What a crash left half written is called `….new`, and written over the next time.
  for (const name of readdirSync(folder).sort()) {
    if (!name.endsWith('.json')) continue;
    const object = read(join(folder, name));
    objects.set(object.key, object);
  }
  return {
    all: () => [...objects.values()],
    put(object) {
      const file = join(folder, fileOf(object.key));
      const descriptor = openSync(`${file}.new`, 'w', 0o600);
      try {
        writeFileSync(descriptor, JSON.stringify({ key: object.key, manifest: object.manifest ?? null }, null, 1));
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
      renameSync(`${file}.new`, file);
      sync(folder);
      objects.set(object.key, { ...object, writtenAt: Date.now() });
    },
    forget(key) {
      rmSync(join(folder, fileOf(key)), { force: true });
      sync(folder);
      objects.delete(key);
    },
  };
}

function read(file: string): WrittenObject {
  try {
    const { key, manifest } = JSON.parse(readFileSync(file, 'utf8')) as WrittenObject & { manifest: object | null };
    if (typeof key !== 'string' || typeof manifest !== 'object') throw new Error('it holds no object');
    return { key, manifest: manifest ?? undefined };
  } catch (error) {
    throw new Error(`${file} cannot be read (${(error as Error).message}); delete it to do without what was written`);
  }
}

/** A rename lasts when its folder is on the disk. */
function sync(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** `Service_default_web_1a2b3c4d.json`: names may be longer than those of files. */
function fileOf(key: string): string {
  const [, kind, namespace, name = ''] = key.split('/');
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 8);
  return `${kind}_${namespace}_${name.slice(0, 120)}_${hash}.json`;
}
