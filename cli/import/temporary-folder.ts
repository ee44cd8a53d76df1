import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Containers that share a folder for temporary files have names of their own, and processes that we do not see. */
const host = hostname().replace(/[^\w.]/g, '');

/** A folder that nobody else reads. What runs left that were killed before they could remove theirs is removed. @param kind a word for its name */
export function temporaryFolder(kind: string): string {
  const ours = `dormouse-${kind}-${host}-`;
  for (const name of readdirSync(tmpdir())) {
    const owner = name.startsWith(ours) ? /^(\d+)-\w+$/.exec(name.slice(ours.length))?.[1] : undefined;
    if (owner !== undefined && !isAlive(Number(owner))) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
  return mkdtempSync(join(tmpdir(), `${ours}${process.pid}-`));
}

function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
