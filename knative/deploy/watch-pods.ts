import { setTimeout as sleep } from 'node:timers/promises';
import { type LivePod, troubleOf } from './pod-trouble.ts';

export interface WatchOptions {
  pods: () => Promise<LivePod[]>;
  say: (line: string) => void;
  everyMs?: number;
}

/** Does something that waits for Pods, and says meanwhile what keeps them from starting: each line once. */
export async function watchPods<T>(work: Promise<T>, { pods, say, everyMs = 2_000 }: WatchOptions): Promise<T> {
  const over = new AbortController();
  const watching = watch(pods, say, everyMs, over.signal);
  try {
    return await work;
  } finally {
    over.abort();
    await watching;
  }
}

async function watch(pods: WatchOptions['pods'], say: WatchOptions['say'], everyMs: number, signal: AbortSignal) {
  const said = new Set<string>();
  while (!signal.aborted) {
    // A list that fails is not what the deployment is about.
    for (const line of troubleOf(await pods().catch(() => []))) {
      if (said.has(line) || signal.aborted) continue;
      said.add(line);
      say(line);
    }
    await sleep(everyMs, undefined, { signal }).catch(() => {});
  }
}
