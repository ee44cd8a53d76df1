import type { Held, Sample } from './resources.ts';
import { median } from './resources.ts';
import type { SoakResult } from './soak.ts';
import { percentile } from './verdict.ts';

/** The result for people: verdict, readers, memory, attacks. */
export function asMarkdown(result: SoakResult, command: string): string {
  const { measured, failures, seed, started, attackSeconds } = result;
  const { quiet, attacked, attacks, samples, before, after, writes } = measured;
  const ms = (times: readonly number[], p: number) => percentile(times, p).toFixed(1);
  const slowdown = percentile(attacked.times, 95) / percentile(quiet.times, 95);
  const reading = (name: string, { times, failed }: typeof quiet) =>
    `| ${name} | ${times.length} | ${failed} | ${ms(times, 50)} | ${ms(times, 95)} | ${ms(times, 99)} | ${ms(times, 99.99)} |`;
  const holding = (name: string, of: (part: 'platform' | 'functions' | 'others') => string) =>
    `| ${name} | ${of('platform')} | ${of('functions')} | ${of('others')} |`;
  const at = (sample: Sample) => (part: 'platform' | 'functions' | 'others') => shown(sample[part]);
  const third = Math.max(1, Math.floor(samples.length / 3));
  const middleOf = (some: readonly Sample[]) => (part: 'platform' | 'functions' | 'others') =>
    shown({
      processes: median(some, (sample) => sample[part].processes),
      mib: median(some, (sample) => sample[part].mib),
      descriptors: median(some, (sample) => sample[part].descriptors),
    });
  return [
    `\`${command}\`, seed ${seed}, ${started}: ${failures.length === 0 ? 'passed' : `**${failures.length} failures**`}`,
    '',
    ...failures.map((failure) => `- ${failure}`),
    ...(failures.length > 0 ? [''] : []),
    `Attacks for ${Math.round(attackSeconds)} s. Readers' 95th percentile: ${slowdown.toFixed(2)} times the one without attacks.`,
    '',
    '| readers | requests | errors | p50 ms | p95 | p99 | p99.99 |',
    '|---|---:|---:|---:|---:|---:|---:|',
    reading('without attacks', quiet),
    reading('under attack', attacked),
    '',
    '| PSS MiB · file descriptors · processes | platform | functions | PostgreSQL, Redis |',
    '|---|---:|---:|---:|',
    holding('before', at(before)),
    holding('first third of the attacks, median', middleOf(samples.slice(0, third))),
    holding('second third', middleOf(samples.slice(-2 * third, -third))),
    holding('last third', middleOf(samples.slice(-third))),
    holding('after the cool-down', at(after)),
    '',
    `Writes: ${writes.acknowledged} acknowledged, ${writes.without} without an answer, ${writes.wrong.length} wrong.`,
    '',
    '| attack | what became of it |',
    '|---|---|',
    ...attacks.map(({ name, outcomes }) => `| ${name} | ${counted(outcomes)} |`),
  ].join('\n');
}

const shown = ({ mib, descriptors, processes }: Held) => `${mib.toFixed(0)} · ${descriptors} · ${processes}`;

const counted = (outcomes: Readonly<Record<string, number>>) =>
  Object.entries(outcomes)
    .sort(([, a], [, b]) => b - a)
    .map(([outcome, count]) => `${outcome} × ${count}`)
    .join(', ');
