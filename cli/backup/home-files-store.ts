import { basename } from 'node:path';
import { BackupError } from '@dormouse/backup/backup-error';
import { backUpFiles, removeFolder, restoreFiles } from '@dormouse/backup/files-store';
import type { Store } from '@dormouse/backup/store';

export interface HomeFilesOptions {
  name: string;
  folder: string;
  /** Where a restore prepares them. */
  staging: string;
  isWanted: (path: string) => boolean;
}

/** Files of a home. */
export const homeFilesStore = ({ name, folder, staging, isWanted }: HomeFilesOptions): Store => ({
  name,
  backUp: (write) => backUpFiles(name, folder, write, isWanted),
  async stage(section, read) {
    if (section.kind !== 'files') throw new BackupError(`the backup holds no files under the name ${name}`);
    await restoreFiles(section, staging, read);
    return {
      summary: `${section.files.length} files`,
      commit: async () => {},
      discard: () => removeFolder(staging),
    };
  },
});

/** Addresses and passwords are made anew at each start, and lead to the database of that home. */
const addresses = ['DATABASE_URL', 'DATABASE_DIRECT_URL', 'REDIS_URL', '.password'];
export const isKey = (path: string): boolean => !addresses.includes(basename(path));

/** A picture that is being written has another name until it is whole. */
export const isWhole = (path: string): boolean => !path.endsWith('.part');
