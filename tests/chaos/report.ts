import { cpus, totalmem } from 'node:os';
import { latecomers, type Violation } from './invariants.ts';
import type { Ledger } from './ledger.ts';
import type { Observed } from './observed.ts';
import { type Step, shown } from './step.ts';

export interface StepResult {
  step: Step;
  /** Processes or pods that the fault affected. */
  hit: (number | string)[];
  /** A kill with a request in flight and an event undelivered. */
  counted: boolean;
  /** From the fault until something begun after it was acknowledged; undefined when nothing was any more. */
  recoveredMs: number | undefined;
}

export interface Result {
  seed: number;
  started: string;
  seconds: number;
  /** From the end of the load until everything was at rest; undefined when it did not come so far. */
  quietSeconds: number | undefined;
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

function counts({ steps, ledger, observed, violations, quietSeconds }: Result): [string, number][] {
  const kills = steps.filter(({ step, hit }) => step.fault.kind === 'kill' && hit.length > 0);
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
    ['pauses', steps.filter(({ step, hit }) => step.fault.kind === 'pause' && hit.length > 0).length],
    [
      'other faults',
      steps.filter(({ step, hit }) => !['kill', 'pause'].includes(step.fault.kind) && hit.length > 0).length,
    ],
    ['events that took effect', given],
    ['duplicates delivered to the recorder, at least', Math.max(0, (observed?.deliveries ?? 0) - given)],
    ...(['dropped', 'doubled', 'held', 'undelivered'] as const).flatMap((fate): [string, number][] => {
      const count = observed?.losses.filter((each) => each.fate === fate).length ?? 0;
      return count > 0 ? [[`acknowledged by the Broker and ${fate}`, count]] : [];
    }),
    ['events that took effect after a successor', observed ? latecomers(observed).length : 0],
    ['effects twice', observed?.seen.filter(({ times }) => times > 1).length ?? 0],
    ['at rest after the load had ended, s', quietSeconds ?? 0],
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
    steps.filter(({ hit }) => hit.length > 0),
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
