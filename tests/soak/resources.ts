import { readdirSync, readFileSync } from 'node:fs';
import { family } from '../bench/processes.ts';

/** What a part of the platform holds. */
export interface Held {
  processes: number;
  /** Proportional set size, MiB; the resident one where this is not to be had. */
  mib: number;
  descriptors: number;
}

/** The platform at one time: its own process, the functions' and the rest (PostgreSQL, Redis, esbuild). */
export interface Sample {
  /** Seconds since the beginning. */
  at: number;
  platform: Held;
  functions: Held;
  others: Held;
}

const isOther = /postgres|redis|esbuild/;

/** Looks at every process below the platform's. */
export function sampleOf(root: number, at: number): Sample {
  const nothing = (): Held => ({ processes: 0, mib: 0, descriptors: 0 });
  const sample: Sample = { at, platform: nothing(), functions: nothing(), others: nothing() };
  for (const { pid, command } of family(root)) {
    const part = pid === root ? 'platform' : isOther.test(command) ? 'others' : 'functions';
    const held = sample[part];
    try {
      held.mib += mibOf(pid);
      held.descriptors += readdirSync(`/proc/${pid}/fd`).length;
      held.processes++;
    } catch {
      // it ended while we looked, or is another user's
    }
  }
  return sample;
}

function mibOf(pid: number): number {
  const find = (file: string, name: string) => {
    const line = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'));
    return Number(line?.[1] ?? 0) / 1_024;
  };
  try {
    return find('smaps_rollup', 'Pss');
  } catch {
    return find('status', 'VmRSS');
  }
}

/** Middle of the samples' values. */
export function median(samples: readonly Sample[], value: (sample: Sample) => number): number {
  const values = samples.map(value).sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)] ?? 0;
}
