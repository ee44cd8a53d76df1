import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Milliseconds between samples: rare enough for a platform that does nothing. */
const resolutionMs = 50;

export interface EventLoopDelay {
  /** The longest delay since the last time, in seconds; undefined without a sample. */
  take(): number | undefined;
  stop(): void;
}

/** Watches the event loop of this process. */
export function eventLoopDelay(): EventLoopDelay {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  return {
    take() {
      if (delay.count === 0) return undefined;
      // The histogram holds whole periods of the timer: what is above the resolution is the delay.
      const seconds = Math.max(0, delay.max / 1e9 - resolutionMs / 1e3);
      delay.reset();
      return seconds;
    },
    stop: () => void delay.disable(),
  };
}
