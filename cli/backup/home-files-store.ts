import { basename } from 'node:path';
import { backUpFiles, stageFiles } from '@dormouse/backup/files-store';
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
  stage: (section, read) => stageFiles(name, section, staging, read),
});

/** Addresses and passwords are made anew at each start, and lead to the database of that home. */
const addresses = ['DATABASE_URL', 'DATABASE_DIRECT_URL', 'REDIS_URL', '.password'];
export const isKey = (path: string): boolean => !addresses.includes(basename(path));

/** A picture that is being written has another name until it is whole. */
export const isWhole = (path: string): boolean => !path.endsWith('.part');
