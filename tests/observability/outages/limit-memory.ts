import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { hasProgram } from '@dormouse/serving/process/has-program';
import type { RunningPlatform } from '../../platform.ts';

const limitBytes = 32 << 20;

/** Why the kernel cannot be told of a limit here; undefined where it can. */
export const missingForLimit = (): string | undefined =>
  hasProgram('prlimit') ? undefined : 'prlimit, of util-linux, is not on the PATH';

/** Gives every instance of a function too little memory (RLIMIT_DATA) until it is over: it ends when it asks for more. */
export async function limitMemory(platform: RunningPlatform, name: string, over: AbortSignal): Promise<void> {
  const limit = (pid: number) => promisify(execFile)('prlimit', ['--pid', String(pid), `--data=${limitBytes}`]);
  for (; !over.aborted; await sleep(100)) {
    const pids = (await platform.services()).filter((each) => each.name === name).flatMap((each) => each.pids);
    // One that has just ended has no limits.
    await Promise.allSettled(pids.map(limit));
  }
}
