import { request } from 'undici';
import { eventually, type RunningPlatform } from '../platform.ts';
import type { Shot } from './load.ts';
import { percentile } from './statistics.ts';

export interface EventLatency {
  events: number;
  p50: number;
  p95: number;
  p99: number;
}

interface Seen {
  type: string;
  time: string;
  triggers: { outcome: string; finished_at?: string }[];
}

/** Commit (the event's `time`) → the last trigger's consumer answered, in ms; one post at a time, every consumer awake. */
export async function eventLatency(platform: RunningPlatform, create: Shot, count: number): Promise<EventLatency> {
  const since = Date.now();
  for (let n = 0; n < count; n++) {
    const { statusCode, body } = await request(platform.url + create.path, { method: 'POST', ...create.perRequest!() });
    await body.dump();
    if (statusCode !== create.expect) throw new Error(`create: ${statusCode}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const ours = async () =>
    ((await (await request(`${platform.console}/api/events?limit=${count * 3}`)).body.json()) as Seen[]).filter(
      ({ time }) => Date.parse(time) >= since,
    );
  const events = await eventually(
    ours,
    (all) =>
      all.length >= count && all.every(({ triggers }) => triggers.every(({ outcome }) => outcome === 'delivered')),
  );
  const latencies = events
    .filter(({ triggers }) => triggers.length > 0)
    .map(
      ({ time, triggers }) =>
        Math.max(...triggers.map(({ finished_at }) => Date.parse(finished_at!))) - Date.parse(time),
    );
  return {
    events: latencies.length,
    p50: percentile(latencies, 0.5),
    p95: percentile(latencies, 0.95),
    p99: percentile(latencies, 0.99),
  };
}
