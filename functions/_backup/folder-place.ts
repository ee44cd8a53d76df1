import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BackupError } from './backup-error.ts';
import { isBackupId } from './backup-id.ts';
import { leftBehindMs, type Place, type UnfinishedBackup } from './place.ts';

const manifestName = 'manifest.json';
const unfinished = '.unfinished';

/** Backups in a folder, one folder each, which only their owner may read. */
export function folderPlace(folder: string): Place {
  return {
    name: folder,
    async list() {
      const names = await readdir(folder).catch(missing(() => []));
      const whole = await Promise.all(
        names.filter(isBackupId).map(async (id) => ((await hasManifest(id)) ? [id] : [])),
      );
      return whole.flat().sort();
    },
    async begin(id) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await removeLeftBehind(folder);
      return newFolder(join(folder, `${id}${unfinished}`), join(folder, id));
    },
    async open(id) {
      const manifest = await readFile(join(folder, id, manifestName), 'utf8').catch(
        missing(() => {
          throw new BackupError(`there is no whole backup ${id} in ${folder}`);
        }),
      );
      return { manifest, read: (part) => readPart(join(folder, id, part), part) };
    },
    async remove(id) {
      const doomed = join(folder, `${id}${unfinished}`);
      await rename(join(folder, id), doomed);
      await rm(doomed, { recursive: true });
    },
    tidy: () => removeLeftBehind(folder),
  };

  function hasManifest(id: string): Promise<boolean> {
    return stat(join(folder, id, manifestName)).then(
      (found) => found.isFile(),
      missing(() => false),
    );
  }
}

const missing =
  <T>(instead: () => T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return instead();
    throw error;
  };

async function removeLeftBehind(folder: string): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await readdir(folder).catch(missing(() => []))) {
    if (!name.endsWith(unfinished) || !isBackupId(basename(name, unfinished))) continue;
    const { mtimeMs } = await stat(join(folder, name));
    if (Date.now() - mtimeMs <= leftBehindMs) continue;
    await rm(join(folder, name), { recursive: true, force: true });
    removed.push(basename(name, unfinished));
  }
  return removed;
}

async function newFolder(draft: string, final: string): Promise<UnfinishedBackup> {
  await mkdir(draft, { mode: 0o700 });
  const write = async (part: string, content: Parameters<UnfinishedBackup['write']>[1]) => {
    const path = join(draft, part);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await pipeline(content, createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }));
    await synced(dirname(path));
  };
  return {
    write,
    async finish(manifest) {
      const file = await open(join(draft, manifestName), 'wx', 0o600);
      await file
        .writeFile(manifest)
        .then(() => file.sync())
        .finally(() => file.close());
      await synced(draft);
      await rename(draft, final);
      await synced(dirname(final));
    },
    abandon: () => rm(draft, { recursive: true, force: true }),
  };
}

/** Names of files are on disk once their folder is synced. */
async function synced(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

async function readPart(path: string, part: string): Promise<ReturnType<typeof createReadStream>> {
  await stat(path).catch(
    missing(() => {
      throw new BackupError(`the part ${part} is missing`);
    }),
  );
  return createReadStream(path);
}
