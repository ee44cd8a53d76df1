import { giveMemoryBack } from '@dormouse/serving/process/give-memory-back';
import { type Clock, systemClock } from '@dormouse/time/clock';

export interface CollectWhenIdleOptions {
  /** Requests and events since the start. While there are new ones, the pause of a collection (a tenth of a second) would be in somebody's way. */
  requests: () => number;
  clock?: Clock;
  intervalMs?: number;
  /** Bytes that the heap takes. */
  heapBytes?: () => number;
  collect?: () => Promise<unknown>;
}

/** What has to come together before a collection is worth its CPU time. */
const minGrowthBytes = 8 * 1024 * 1024;

/**
 * Gives memory of this process back once nobody has asked for anything for an interval. V8 collects when it needs room, which
 * after a burst is never: it keeps the heap as large as the burst left it.
 * @see docs/decisions/0060-malloc.md
 * @returns ends it
 */
export function collectWhenIdle({
  requests,
  clock = systemClock,
  intervalMs = 10_000,
  heapBytes = () => process.memoryUsage().heapTotal,
  collect = giveMemoryBack,
}: CollectWhenIdleOptions): () => void {
  let before = requests();
  let left = 0;
  let collecting = false;
  const look = async () => {
    const now = requests();
    const idle = now === before;
    before = now;
    if (!idle || collecting || heapBytes() < left + minGrowthBytes) return;
    collecting = true;
    await collect();
    collecting = false;
    left = heapBytes();
  };
  const timer = clock.setInterval(() => void look(), intervalMs);
  return () => clock.clearInterval(timer);
}
