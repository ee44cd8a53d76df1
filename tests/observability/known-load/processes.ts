import { pushesOf } from '@dormouse/runtime/pushes.fixture';
import type { Metric } from '@dormouse/signals/metric';
import { metrics } from '@dormouse/signals/metrics';
import { prometheusLabel } from '@dormouse/signals/prometheus-name';
import type { Measured } from '@dormouse/telemetry/metric-store';
import { readMetrics } from '@dormouse/telemetry/otlp/otlp-metrics';
import type { Telemetry } from '@dormouse/telemetry/telemetry';
import { type Known, processes } from './load.ts';

/** One value that somebody saw, and by whom. */
export interface Seen {
  metric: keyof typeof metrics;
  value: number;
  labels: Readonly<Record<string, string>>;
  /** Of the load. */
  second: number;
  /** Number of the process. */
  process: number;
}

/** Seconds between two pushes. */
const pushSeconds = 20;

/**
 * Has processes live for the seconds of the load, the last of which ends at `endMs`; what they push is kept as the console keeps it.
 * Returns what was measured.
 */
export function liveProcesses(telemetry: Telemetry, seconds: number, endMs: number): Seen[] {
  const seen: Seen[] = [];
  const received: Measured[] = [];
  const at = (second: number) => endMs - (seconds - second) * 1_000;
  for (const [process, { service, from, to = seconds, does }] of processes.entries()) {
    const { measure, push } = pushesOf(service, at(from));
    const pushed = (second: number) => {
      for (const body of push(at(second))) received.push(...readMetrics(body));
    };
    for (let second = from; second < to; second++) {
      if (second > from && second % pushSeconds === 0) pushed(second);
      for (const [name, value, attributes, times = 1] of does(second, from)) {
        const metric: Metric = metrics[name];
        for (let n = 0; n < times; n++) {
          measure({ metric, value, attributes, atMs: at(second) });
          seen.push({ metric: name, value, labels: labelsOf(attributes, service), second, process });
        }
      }
    }
    pushed(to);
  }
  // All live at once; they are only gone through one after the other here.
  for (const measured of received.sort((a, b) => a.timeMs - b.timeMs)) telemetry.addMeasured(measured, 'received');
  return seen;
}

const labelsOf = (attributes: Known[2], service: string): Seen['labels'] => ({
  ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [prometheusLabel(name), String(value)])),
  service_name: service,
});
