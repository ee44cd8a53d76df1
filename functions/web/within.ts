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
