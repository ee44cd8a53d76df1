import { setTimeout as sleep } from 'node:timers/promises';

/** Tries again for a while: what the campaign itself needs may be down by its own doing. @throws the last failure */
export async function patiently<T>(work: () => Promise<T>, seconds = 120): Promise<T> {
  for (const until = Date.now() + seconds * 1_000; ; await sleep(1_000)) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > until) throw error;
    }
  }
}
