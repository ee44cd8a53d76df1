import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BackupError } from './backup-error.ts';
import type { FilesSection, Section } from './manifest.ts';
import type { ReadPart, WritePart } from './parts.ts';
import type { StagedRestore } from './store.ts';

/** Copies the files of a folder; a folder that is missing holds none. Files that others remove meanwhile are not in it. */
export async function backUpFiles(
  store: string,
  folder: string,
  write: WritePart,
  isWanted: (path: string) => boolean = () => true,
): Promise<FilesSection> {
  const files: FilesSection['files'] = [];
  for (const path of await filesBelow(folder)) {
    if (!isWanted(path)) continue;
    // Names of files are free, names of parts are not.
    const { part } = await write(
      `${store}/${String(files.length + 1).padStart(6, '0')}`,
      createReadStream(join(folder, path)),
    );
    files.push({ path, part });
  }
  return { kind: 'files', files };
}

/**
 * Writes the files of a backup into a folder; only their owner may read them. Whoever moves the folder into its place commits.
 * @throws BackupError when the section is of no files
 */
export async function stageFiles(
  store: string,
  section: Section,
  folder: string,
  read: ReadPart,
): Promise<StagedRestore> {
  if (section.kind !== 'files') throw new BackupError(`the backup holds no files under the name ${store}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const { path, part } of section.files) {
    const file = join(folder, ...path.split('/'));
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await pipeline(await read(part), createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true }));
  }
  return {
    summary: `${section.files.length} files`,
    commit: async () => {},
    discard: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Paths with `/`, sorted. @throws BackupError when there is something that is neither file nor folder */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? [] : Promise.reject(error)),
  );
  const paths = entries.flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) return [];
    if (!entry.isFile()) throw new BackupError(`${path} is neither a file nor a folder: move it away`);
    return [relative(folder, path).split(sep).join('/')];
  });
  return paths.sort();
}
