import type { Contender } from './contenders.ts';
import { arrive, type Saturation, type Shot, saturate } from './load.ts';
import { percentile, type Spread, spread } from './statistics.ts';

export interface Measured {
  /** Requests per second at saturation, closed loop. */
  perSecond: Spread;
  /** CPU of all the contender's processes, PostgreSQL included, in ms per request, while saturated. */
  cpuMs: Spread;
  errors: number;
}

const connections = 32;

/** Both contenders in turn, A B A B …, `rounds` times; `warm` unmeasured seconds first. */
export async function saturation(
  contenders: readonly Contender[],
  shot: Shot,
  rounds: number,
  seconds: number,
  warm = 1,
): Promise<Record<string, Measured>> {
  const runs = new Map<string, (Saturation & { cpuMs: number })[]>(contenders.map(({ name }) => [name, []]));
  for (const { origin } of contenders) await saturate(origin, shot, connections, warm);
  for (let round = 0; round < rounds; round++)
    for (const contender of contenders) {
      const before = contender.cpuMs();
      const run = await saturate(contender.origin, shot, connections, seconds);
      await new Promise((resolve) => setTimeout(resolve, 300)); // what a request set in motion belongs to its cost
      runs.get(contender.name)!.push({ ...run, cpuMs: (contender.cpuMs() - before) / Math.max(1, run.requests) });
    }
  return Object.fromEntries([...runs].map(([name, list]) => [name, measured(list)]));
}

const measured = (list: readonly (Saturation & { cpuMs: number })[]): Measured => ({
  perSecond: spread(list.map(({ perSecond }) => perSecond)),
  cpuMs: spread(list.map(({ cpuMs }) => cpuMs)),
  errors: list.reduce((sum, { errors }) => sum + errors, 0),
});

export interface AtRate {
  rate: number;
  p50: number;
  p95: number;
  p99: number;
  errors: number;
}

/** Open loop at a share of what the slower contender can do. */
export async function atRate(contender: Contender, shot: Shot, rate: number, seconds: number): Promise<AtRate> {
  const { latencies, errors } = await arrive(contender.origin, [shot], rate, seconds);
  return {
    rate,
    p50: percentile(latencies, 0.5),
    p95: percentile(latencies, 0.95),
    p99: percentile(latencies, 0.99),
    errors,
  };
}
