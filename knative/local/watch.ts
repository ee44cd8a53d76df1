import { type FSWatcher, statSync, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export interface Watcher {
  /** Watches exactly these files from now on. */
  files(list: Iterable<string>): void;
  close(): void;
}

/** Editors write in several steps. */
const quietMs = 60;

/**
 * Tells of changed files, some time after the last change. Folders are watched, not files: editors replace a file by
 * another one. What lies in node_modules is not watched.
 */
export function watchFiles(changed: (files: ReadonlySet<string>) => void): Watcher {
  const folders = new Map<string, FSWatcher>();
  let watched = new Map<string, string>();
  let pending = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  const notify = () => {
    const files = pending;
    pending = new Set();
    for (const file of files) {
      const now = stampOf(file);
      if (watched.get(file) === now)
        files.delete(file); // touched, or read only
      else if (watched.has(file)) watched.set(file, now);
    }
    if (files.size > 0) changed(files);
  };
  const heard = (folder: string, name: string | null) => {
    const changedFiles =
      name === null ? [...watched.keys()].filter((file) => dirname(file) === folder) : [join(folder, basename(name))];
    for (const file of changedFiles) if (watched.has(file)) pending.add(file);
    if (pending.size === 0) return;
    clearTimeout(timer);
    timer = setTimeout(notify, quietMs);
  };

  return {
    files(list) {
      const before = watched;
      watched = new Map();
      for (const file of list)
        if (!file.includes('/node_modules/')) watched.set(file, before.get(file) ?? stampOf(file));
      const wanted = new Set([...watched.keys()].map((file) => dirname(file)));
      for (const [folder, watcher] of folders) {
        if (wanted.has(folder)) continue;
        watcher.close();
        folders.delete(folder);
      }
      for (const folder of wanted) {
        if (folders.has(folder)) continue;
        try {
          const watcher = watch(folder, { persistent: false }, (_event, name) => heard(folder, name));
          watcher.on('error', () => folders.delete(folder));
          folders.set(folder, watcher);
        } catch {
          // a folder that is gone, or no watches left: its changes show at the next start
        }
      }
    },
    close() {
      clearTimeout(timer);
      for (const watcher of folders.values()) watcher.close();
      folders.clear();
    },
  };
}

function stampOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found ? `${found.size} ${found.mtimeMs} ${found.ino}` : 'gone';
}
