import { type EventLoopUtilization, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { longestWork } from '@dormouse/signals/longest-work';
import { metrics } from '@dormouse/signals/metrics';
import { measure } from './measure.ts';

/** Sampling of the event loop's delay, in milliseconds: often enough for delays that a reader would notice. */
const resolutionMs = 20;

/** Measures this process for each push: event loop, CPU time, memory. It begins to look at the event loop when it is made. */
export function processState(): (ending: boolean) => void {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  const work = longestWork();
  let loop: EventLoopUtilization | undefined;
  let cpu = { user: 0, system: 0 };
  // The histogram holds whole periods of the timer: what is above the resolution is the delay.
  const seconds = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - resolutionMs / 1e3);
  return (ending) => {
    if (delay.count > 0) {
      measure(metrics.eventLoopDelayP50, seconds(delay.percentile(50)));
      measure(metrics.eventLoopDelayP99, seconds(delay.percentile(99)));
      measure(metrics.eventLoopDelayMax, seconds(delay.max));
      delay.reset();
    }
    measure(metrics.longestWork, work.take());
    const now = performance.eventLoopUtilization();
    measure(metrics.eventLoopUtilization, (loop ? performance.eventLoopUtilization(now, loop) : now).utilization);
    loop = now;
    const used = process.cpuUsage();
    for (const mode of ['user', 'system'] as const)
      measure(metrics.cpuTime, (used[mode] - cpu[mode]) / 1e6, { 'cpu.mode': mode });
    cpu = used;
    measure(metrics.memory, ending ? 0 : process.memoryUsage.rss());
    if (!ending) return;
    delay.disable();
    work.stop();
  };
}
