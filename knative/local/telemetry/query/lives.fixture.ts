import { array, integer, nat, oneof, record, tuple } from 'fast-check';
import { type Family, MetricStore } from '../metric-store.ts';

export const family: Family = { name: 'posts', kind: 'counter', unit: '{post}', description: '' };
/** When the first of them may begin. */
export const firstMs = Date.parse('2026-01-01T00:00:00Z');

/** A process: how long after the one before it, and what it counted until each of its pushes. */
export interface Life {
  pauseMs: number;
  pushes: readonly (readonly [afterMs: number, counted: number])[];
}

/** Lives one after the other under one name, beside others of other names. */
export type Lives = readonly (readonly Life[])[];

const life = record({
  pauseMs: integer({ min: 1, max: 900_000 }),
  pushes: array(tuple(oneof(integer({ min: 1, max: 15_000 }), integer({ min: 1, max: 290_000 })), nat(50)), {
    minLength: 1,
    maxLength: 12,
  }),
});
/** Some processes, awake for a while. */
export const lives = array(array(life, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 });

export interface Counted {
  atMs: number;
  counted: number;
}

/** Keeps every sample. */
export const everything = () => new MetricStore({ keepMs: Number.POSITIVE_INFINITY, thinMs: 0, maxSeries: 100_000 });

/** Keeps what they push, each beginning with a zero. Returns what they counted, and when it was pushed. */
export function lived(all: Lives, nameOf: (name: number, life: number) => string, store = everything(), labels = {}) {
  const counts: Counted[] = [];
  for (const [n, named] of all.entries()) {
    let atMs = firstMs;
    for (const [m, { pauseMs, pushes }] of named.entries()) {
      atMs += pauseMs;
      let value = 0;
      const push = () => store.add({ family, labels: { ...labels, instance: nameOf(n, m) }, timeMs: atMs, value });
      push();
      for (const [afterMs, counted] of pushes) {
        atMs += afterMs;
        value += counted;
        push();
        counts.push({ atMs, counted });
      }
    }
  }
  return { store, counts };
}

export const lengthOf = ({ pushes }: Life): number => pushes.reduce((sum, [ms]) => sum + ms, 0);
/** What was counted after one time, until another. */
export const within = (counts: readonly Counted[], fromMs: number, toMs: number): number =>
  counts.reduce((sum, { atMs, counted }) => (atMs > fromMs && atMs <= toMs ? sum + counted : sum), 0);
