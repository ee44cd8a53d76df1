import type { AttackResult } from './attackers.ts';
import type { Readings } from './readers.ts';
import { median, type Sample } from './resources.ts';

/** What a soak measured. */
export interface Measured {
  quiet: Readings;
  attacked: Readings;
  attacks: readonly AttackResult[];
  /** While there were attacks. */
  samples: readonly Sample[];
  before: Sample;
  /** After the cool-down. */
  after: Sample;
  writes: { acknowledged: number; without: number; wrong: readonly string[] };
  /** The platform's process ended, or functions did without being told to. */
  ended: readonly string[];
}

/** How much longer readers may wait under attack, at the 95th percentile. */
export const maxSlowdown = 3;
/** What the last third of the attacks may hold more than the third before it. */
const [maxGrowth, growthMib] = [1.05, 12];
/** Connections that are just open; the rest must have been given back. */
export const spareDescriptors = 60;
/** Fewer samples say nothing about growth. */
const fewestSamples = 12;

/** The p-th percentile, 0 < p < 100. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))] ?? 0;
}

/** File descriptors of the platform's process that it had not had before. */
export const keptDescriptors = (before: Sample, after: Sample): number =>
  after.platform.descriptors - before.platform.descriptors;

/** Everything that does not hold; `timed` also for what only a machine without other work can say. */
export function failuresOf(measured: Measured, timed: boolean): string[] {
  const { quiet, attacked, attacks, before, after, writes, ended } = measured;
  const failures = [
    ...ended,
    ...[quiet, attacked].flatMap(({ failed, errors }) =>
      failed === 0 ? [] : [`${failed} requests of readers failed: ${errors.join('; ')}`],
    ),
    ...attacks.flatMap(({ name, breaches }) => breaches.map((each) => `${name}: ${each}`)),
    ...attacks
      .filter(({ outcomes }) => Object.keys(outcomes).length === 0)
      .map(({ name }) => `${name}: nothing became of it`),
    ...writes.wrong,
  ];
  if (writes.acknowledged === 0) failures.push('no write was acknowledged');
  const slowdown = percentile(attacked.times, 95) / percentile(quiet.times, 95);
  if (timed && slowdown >= maxSlowdown)
    failures.push(`readers waited ${slowdown.toFixed(1)} times as long at the 95th percentile`);
  const descriptors = keptDescriptors(before, after);
  if (descriptors > spareDescriptors) failures.push(`the platform kept ${descriptors} file descriptors`);
  return [...failures, ...growth(measured.samples)];
}

function growth(samples: readonly Sample[]): string[] {
  if (samples.length < fewestSamples) return [];
  const third = Math.floor(samples.length / 3);
  const [middle, last] = [samples.slice(-2 * third, -third), samples.slice(-third)];
  return (['platform', 'functions'] as const).flatMap((part) => {
    const [then, now] = [middle, last].map((some) => median(some, (sample) => sample[part].mib)) as [number, number];
    return now > then * maxGrowth + growthMib
      ? [`the memory of ${part} grew from ${then.toFixed(0)} to ${now.toFixed(0)} MiB in the last third`]
      : [];
  });
}
