import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Says that a backup was restored into a home. */
export const restoreNote = (home: string): string => join(home, 'restore.json');

interface Restored {
  backup: string;
  phase: 'moving' | 'done';
}

/** What a restore has noted in a home: that it moves things, or that it is done and no platform has run since. */
export function restoring(home: string): Restored | undefined {
  try {
    return JSON.parse(readFileSync(restoreNote(home), 'utf8')) as Restored;
  } catch {
    return undefined; // none, or one that was never finished: nothing has been moved then
  }
}

/** For the start of a platform. @throws Error when a restore was interrupted in the middle */
export function forgetRestore(home: string): void {
  const note = restoring(home);
  if (note?.phase === 'moving')
    throw new Error(`a restore of ${note.backup} into ${home} was interrupted: run "dormouse restore" again`);
  rmSync(restoreNote(home), { force: true });
}
