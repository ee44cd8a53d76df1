import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const size = '384m';
const block = Buffer.alloc(1 << 20);

/** Why no disk of its own can be made here; undefined where it can. */
export const missingForDisk = (): string | undefined =>
  process.getuid?.() === 0 && process.platform === 'linux' ? undefined : 'only root may mount a disk, on Linux';

/** Mounts a small disk for PostgreSQL's files below a home that has none yet. @returns takes it away */
export function mountForPostgres(home: string): () => void {
  const folder = join(home, 'postgres');
  mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=755`, 'dormouse-outage', folder]);
  return () => void execFileSync('umount', ['--lazy', folder]);
}

/** Keeps PostgreSQL's disk full until it is over, whatever is freed meanwhile. */
export async function fillPostgresDisk(home: string, over: AbortSignal): Promise<void> {
  const ballast = join(home, 'postgres/ballast');
  const file = openSync(ballast, 'w', 0o600);
  try {
    for (; !over.aborted; await sleep(200)) fill(file);
  } finally {
    closeSync(file);
    rmSync(ballast);
  }
}

/** Writes until there is no room for a byte. @throws what is not that */
function fill(file: number): void {
  for (let length = block.length; length > 0; )
    try {
      writeSync(file, block, 0, length);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      length >>= 1;
    }
}
