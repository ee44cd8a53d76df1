/** Milliseconds between looks: rare enough for a process that does nothing. */
const everyMs = 100;

export interface LongestWork {
  /** The longest piece since the last time, in seconds. */
  take(): number;
  stop(): void;
}

export interface LongestWorkOptions {
  /** Both in milliseconds. */
  now?: () => number;
  /** That this thread has computed. */
  computed?: () => number;
}

/**
 * Watches how long one piece of work holds the event loop of this thread: while the thread computes, not while it waits for a processor that other
 * programs use. It is exact to a tenth of a second, and says rather less.
 */
export function longestWork({
  now = () => performance.now(),
  computed = threadMs,
}: LongestWorkOptions = {}): LongestWork {
  let longestMs = 0;
  let last = { ms: now(), computedMs: computed() };
  const look = () => {
    const current = { ms: now(), computedMs: computed() };
    const heldMs = current.ms - last.ms - everyMs;
    longestMs = Math.max(longestMs, Math.min(heldMs, current.computedMs - last.computedMs));
    last = current;
  };
  const timer = setInterval(look, everyMs).unref();
  return {
    take() {
      const seconds = longestMs / 1e3;
      longestMs = 0;
      return seconds;
    },
    stop: () => clearInterval(timer),
  };
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e3;
}
