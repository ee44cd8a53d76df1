import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outsideOf } from '@dormouse/backing/postgres';
import { BackupError } from '@dormouse/backup/backup-error';
import { isHome, markHome } from '@dormouse/local/home-marker';
import { restoreNote, restoring } from '@dormouse/local/restore-note';

/** What a restore puts in place, by its folder in a home. */
const entries = ['postgres', 'events', 'secrets', 'volumes'];

export const stagingOf = (home: string): string => join(home, '.restoring');

/** Id of the backup that was restored here, if no platform has run since; a restore that was killed is finished first. */
export function finishInterrupted(home: string): string | undefined {
  const note = restoring(home);
  if (!note) return undefined;
  if (note.phase === 'moving') moveIntoPlace(home, note.backup);
  return note.backup;
}

/** @throws BackupError when the folder is another's, or holds a home and is not to be replaced */
export function checkTarget(home: string, isForced: boolean): void {
  const names = existsSync(home) ? readdirSync(home).filter((name) => !['lock', '.restoring'].includes(name)) : [];
  if (names.length > 0 && !isHome(home))
    throw new BackupError(`${home} was not made by the local platform: name another folder with --into`);
  const filled = [...entries.map((name) => join(home, name)), outsideOf(join(home, 'postgres'))].filter(isFilled);
  if (filled.length > 0 && !isForced)
    throw new BackupError(`${home} is not empty: restore into another folder with --into, or replace it with --force`);
}

function isFilled(folder: string): boolean {
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return false;
  return readdirSync(folder, { recursive: true, withFileTypes: true }).some((entry) => entry.isFile());
}

/** Puts what was prepared in the place of what is there, which is kept beside it. */
export function commitRestore(home: string, backup: string): void {
  markHome(home);
  writeFileSync(restoreNote(home), JSON.stringify({ backup, phase: 'moving' }), { flush: true });
  moveIntoPlace(home, backup);
}

/** Whatever was moved already is not moved again: it may be called after a kill at any point. */
function moveIntoPlace(home: string, backup: string): void {
  const replaced = join(home, `replaced-by-${backup}`);
  for (const name of entries) {
    const [from, to] = [join(stagingOf(home), name), join(home, name)];
    if (!existsSync(from)) continue;
    moveAside(to, replaced, name);
    renameSync(from, to);
  }
  const [from, to] = [outsideOf(join(stagingOf(home), 'postgres')), outsideOf(join(home, 'postgres'))];
  if (existsSync(from)) {
    if (existsSync(to)) renameSync(to, `${to}.replaced-by-${backup}`);
    renameSync(from, to);
  }
  rmSync(stagingOf(home), { recursive: true, force: true });
  writeFileSync(restoreNote(home), JSON.stringify({ backup, phase: 'done' }), { flush: true });
}

function moveAside(folder: string, replaced: string, name: string): void {
  if (!existsSync(folder)) return;
  mkdirSync(replaced, { recursive: true, mode: 0o700 });
  renameSync(folder, join(replaced, name));
}

/**
 * An empty folder to prepare a restore in. PostgreSQL's data lies elsewhere when its user cannot enter a home: that user may enter this
 * folder if the home, so that the data is found where the platform looks for it.
 */
export function prepareStaging(home: string): void {
  discardStaging(home);
  mkdirSync(stagingOf(home));
  chmodSync(stagingOf(home), 0o755);
}

/** Removes what a restore had prepared. */
export function discardStaging(home: string): void {
  rmSync(stagingOf(home), { recursive: true, force: true });
  rmSync(outsideOf(join(stagingOf(home), 'postgres')), { recursive: true, force: true });
}
