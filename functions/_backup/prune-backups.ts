import { BackupError } from './backup-error.ts';
import { keptBackups, type Retention } from './kept-backups.ts';
import { readManifest } from './manifest.ts';
import type { Place } from './place.ts';

export interface PruneOptions {
  place: Place;
  retention: Retention;
  /** Says what would be removed. */
  isDryRun?: boolean;
  progress?: (line: string) => void;
}

export interface Pruned {
  kept: string[];
  removed: string[];
  /** Their manifest cannot be read: they neither count nor are removed. */
  damaged: string[];
  /** Left behind by backups that were killed. */
  leftBehind: string[];
}

/** Removes backups that are not to be kept any more, oldest first, and what killed ones left behind more than a day ago. */
export async function pruneBackups({
  place,
  retention,
  isDryRun = false,
  progress = () => {},
}: PruneOptions): Promise<Pruned> {
  const ids = await place.list();
  const damaged: string[] = [];
  for (const id of ids) if (!(await isReadable(place, id))) damaged.push(id);
  const whole = ids.filter((id) => !damaged.includes(id));
  const kept = keptBackups(whole, retention);
  const removed = whole.filter((id) => !kept.includes(id));
  for (const id of isDryRun ? [] : removed) {
    progress(`removing ${id}`);
    await place.remove(id);
  }
  return { kept, removed, damaged, leftBehind: isDryRun ? [] : await place.tidy() };
}

/** Where damaged ones counted, they would push out the last one that can be restored. */
async function isReadable(place: Place, id: string): Promise<boolean> {
  try {
    readManifest((await place.open(id)).manifest);
    return true;
  } catch (error) {
    if (error instanceof BackupError) return false;
    throw error;
  }
}
