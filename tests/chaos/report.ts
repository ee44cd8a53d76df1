import { cpus, totalmem } from 'node:os';
import type { Violation } from './invariants.ts';
import type { Ledger } from './ledger.ts';
import type { Observed } from './observed.ts';
import { type Step, shown } from './plan.ts';

export interface StepResult {
  step: Step;
  /** Processes that the fault affected. */
  pids: number[];
  /** A kill with a request in flight and an event undelivered. */
  counted: boolean;
  /** From the fault until something begun after it was acknowledged; undefined when nothing was any more. */
  recoveredMs: number | undefined;
}

export interface Result {
  seed: number;
  started: string;
  seconds: number;
  steps: readonly StepResult[];
  ledger: Ledger;
  observed: Observed | undefined;
  violations: readonly Violation[];
}

const machine = () =>
  `${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;

/** The result as it is kept: numbers, every step, every violation. */
export function asJson(result: Result, command: string): string {
  const { ledger, observed, steps, violations, ...head } = result;
  const all = steps.map(({ step, ...each }) => ({ ...step, ...each }));
  return `${JSON.stringify({ command, machine: machine(), ...head, counts: Object.fromEntries(counts(result)), steps: all, violations }, null, 2)}\n`;
}

function counts({ steps, ledger, observed, violations }: Result): [string, number][] {
  const kills = steps.filter(({ step, pids }) => step.fault.kind === 'kill' && pids.length > 0);
  const given = observed?.seen.length ?? 0;
  return [
    ['events acknowledged', ledger.acknowledgedEvents],
    ['– numbered ones', ledger.streams.reduce((sum, { acknowledged }) => sum + acknowledged, 0)],
    ['– announced by acknowledged writes', ledger.announced],
    ['writes acknowledged', ledger.acknowledgedWrites],
    ['writes without an answer', ledger.ambiguous],
    ['– of these left at that', ledger.abandoned],
    ['batches sent again', ledger.retriedBatches],
    ['kills', kills.length],
    ['– with a request in flight and an event undelivered', kills.filter(({ counted }) => counted).length],
    ['pauses', steps.filter(({ step, pids }) => step.fault.kind === 'pause' && pids.length > 0).length],
    ['faults of the disk', steps.filter(({ step }) => step.fault.kind === 'disk').length],
    ['events that took effect', given],
    ['duplicates delivered to the recorder, at least', Math.max(0, (observed?.deliveries ?? 0) - given)],
    ...(['dropped', 'doubled', 'held', 'undelivered'] as const).flatMap((fate): [string, number][] => {
      const count = observed?.losses.filter((each) => each.fate === fate).length ?? 0;
      return count > 0 ? [[`acknowledged by the Broker and ${fate}`, count]] : [];
    }),
    ['effects twice', observed?.seen.filter(({ times }) => times > 1).length ?? 0],
    ['old copies shown after everything else was at rest, s', Math.round((observed?.staleMs ?? 0) / 1_000)],
    ['violations', violations.length],
  ];
}

const row = (...cells: (string | number)[]) => `| ${cells.join(' | ')} |`;

/** The same for people. */
export function asMarkdown(result: Result, command: string): string {
  const { steps, violations, started, seconds, seed } = result;
  const lines = [
    `Seed ${seed}, \`${command}\`, ${started}, ${seconds} s, on ${machine()}.`,
    '',
    row('what', 'how many'),
    row('---', '---:'),
    ...counts(result).map(([what, count]) => row(what, count)),
    '',
    row('fault', 'times', 'counted', 'acknowledged again after, ms: median', 'most'),
    row('---', '---:', '---:', '---:', '---:'),
    ...byFault(steps),
  ];
  if (violations.length > 0)
    lines.push('', ...violations.slice(0, 200).map(({ invariant, detail }) => `- **${invariant}**: ${detail}`));
  return lines.join('\n');
}

function byFault(steps: readonly StepResult[]): string[] {
  const groups = Map.groupBy(
    steps.filter(({ pids }) => pids.length > 0),
    ({ step: { fault } }) => `${fault.kind} ${fault.target}`,
  );
  return [...groups]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, all]) => {
      const times = all.flatMap(({ recoveredMs }) => recoveredMs ?? []).sort((a, b) => a - b);
      return row(
        name,
        all.length,
        all.filter(({ counted }) => counted).length,
        times[times.length >> 1] ?? '–',
        times.at(-1) ?? '–',
      );
    });
}

/** The last steps before the end, for whoever looks for the one that did it. */
export const lastSteps = ({ steps }: Result, limit: number): string =>
  steps
    .slice(-limit)
    .map(({ step }) => shown(step))
    .join('\n');
