import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Change } from './changed-images.ts';

interface Lock {
  packages?: Record<string, object>;
}

const lockFile = 'package-lock.json';
const maxBytes = 1 << 28;

/**
 * What differs between a commit, or a tree, and the files of the clone at `folder`.
 * @throws Error if there is no such commit
 */
export function changesSince(commit: string, folder: string): Change {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, ...args], {
      encoding: 'utf8',
      maxBuffer: maxBytes,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  const tree = treeOf(commit, git);
  const files = git('diff', '--name-only', '--no-renames', '-z', tree).split('\0').filter(Boolean);
  if (!files.includes(lockFile)) return { files, packages: [] };
  const before = git('ls-tree', '--name-only', tree, lockFile) === '' ? '{}' : git('show', `${tree}:${lockFile}`);
  return { files, packages: differingPackages(before, readFileSync(join(folder, lockFile), 'utf8')) };
}

function treeOf(commit: string, git: (...args: string[]) => string): string {
  try {
    return git('rev-parse', '--verify', '--end-of-options', `${commit}^{tree}`).trim();
  } catch (error) {
    throw new Error(`there is no commit ${commit} in this clone`, { cause: error });
  }
}

/** Folders of packages that two lock files resolve differently. */
export function differingPackages(before: string, after: string): string[] {
  const [old, now] = [before, after].map((text) => (JSON.parse(text) as Lock).packages ?? {}) as [
    Record<string, object>,
    Record<string, object>,
  ];
  const folders = new Set([...Object.keys(old), ...Object.keys(now)]);
  return [...folders]
    .filter((folder) => folder.includes('node_modules/'))
    .filter((folder) => JSON.stringify(old[folder]) !== JSON.stringify(now[folder]));
}
