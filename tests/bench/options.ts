import type { Against } from './against.ts';

/** Parts of the benchmark, by the letters and names that `dormouse bench` takes. */
export const benchParts = [
  'a',
  'b',
  'c',
  'd',
  'e',
  'f',
  'telemetry',
  'cluster-cold',
  'search',
  'compression',
  'ratios',
  'against',
] as const;

export type BenchPart = (typeof benchParts)[number];

export interface BenchOptions {
  /** How it was called, for the report. */
  command: string;
  parts: readonly BenchPart[];
  rounds: number;
  brokerRounds: number;
  cold: number;
  /** Length of one run of part b. */
  seconds: number;
  posts: number;
  /** Of part ratios: once more with a cache of so many MiB in the ingress; 0: not. */
  sharedCache: number;
  namespace: string;
  cycles: number;
  sleeps: number;
  /** Of part against. */
  against?: Against | undefined;
  /** File for the results as JSON. */
  out: string;
}
