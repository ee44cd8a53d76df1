import { number, range, row } from './format.ts';
import type { TelemetryCost } from './telemetry.ts';

/** What telemetry costs, beside what it may cost. */
export function telemetryTable(
  { throughput, cold, memory, ...cost }: TelemetryCost,
  head: (title: string, ...cells: string[]) => void,
  lines: string[],
): void {
  const { on, off } = throughput as Record<'on' | 'off', TelemetryCost['throughput'][string]>;
  head('Telemetry of posts, 10 % sampled', 'what', 'off', 'on', 'cost', 'may cost');
  lines.push(
    row(
      'list, requests a second',
      range(off.perSecond),
      range(on.perSecond),
      `${number((on.perSecond.median / off.perSecond.median) * 100)} %`,
      '≥ 85 %',
    ),
    row('list, CPU ms', range(off.cpuMs), range(on.cpuMs), number(on.cpuMs.median - off.cpuMs.median), ''),
    row(
      'cold start to first answer, ms',
      range(cold.off),
      range(cold.on),
      number(cold.on.median - cold.off.median),
      '≤ 20',
    ),
    row('memory, PSS MiB', range(memory.off), range(memory.on), number(memory.on.median - memory.off.median), '≤ 15'),
  );
  head('Spans lost', 'how it ended', 'cycles', 'spans', 'lost', 'may be lost');
  for (const [how, { cycles, spans, lost }] of [
    ['SIGTERM right after the answer', cost.lostWhenEnded],
    ['by the autoscaler', cost.lostWhenScaledToZero],
  ] as const)
    lines.push(row(how, String(cycles), String(spans), String(lost), '0'));
}
