import { Script } from 'node:vm';

const slot = Symbol.for('dormouse.within');
const callSlot = new Script(`globalThis[Symbol.for('dormouse.within')]()`);

/**
 * Does some work, and breaks it off after so many milliseconds, in the middle of a regular expression too.
 * What it has changed until then stays half changed. @returns undefined when it was broken off
 */
export function within<T>(maxMs: number, work: () => T): T | undefined {
  const place = globalThis as { [slot]?: () => T };
  place[slot] = work;
  try {
    return callSlot.runInThisContext({ timeout: Math.max(1, Math.ceil(maxMs)) }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  } finally {
    delete place[slot];
  }
}

/** How often it is tried on a busy machine. */
const maxTries = 5;

/**
 * Does some work that can go on where it was broken off, in at most so many milliseconds of its own: time in which other work of the
 * machine kept it from running is given back. @param begin makes ready for a try, outside of its time, and returns the work
 * @returns whether the work came to its end
 */
export async function withinOwnTime(maxMs: number, begin: () => Promise<() => void>): Promise<boolean> {
  for (let [tries, leftMs] = [0, maxMs]; tries < maxTries && leftMs > maxMs / 4; tries++) {
    const work = await begin();
    const before = process.threadCpuUsage();
    const isFinished = within(leftMs, () => {
      work();
      return true;
    });
    if (isFinished) return true;
    const { user, system } = process.threadCpuUsage(before);
    leftMs -= (user + system) / 1e3;
  }
  return false;
}
