import type { Metric } from '@dormouse/signals/metric';
import { metrics } from '@dormouse/signals/metrics';
import type { Seen } from './processes.ts';

type Labels = Readonly<Record<string, string>>;
/** Values by their labels, as `labelsText` writes them. */
export type Values = ReadonlyMap<string, number>;

interface Of {
  by?: readonly string[];
  /** What the labels must be; a function decides of one of them, `undefined` is one that is not there. */
  where?: Readonly<Record<string, string | undefined | ((value: string | undefined) => boolean)>>;
  /** How many seconds before the end; all unless said. */
  over?: number;
  /** Only values above it. */
  above?: number;
}

/** Labels as a text that does not depend on their order; absent ones are left out. */
export const labelsText = (labels: Labels, by: readonly string[] = Object.keys(labels)): string =>
  JSON.stringify([...by].sort().flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]]])));

/** The seconds over which panels and rules take rates. */
export const minutes5 = 300;

/** What those who asked and measured know, worked out by counting and sorting. */
export function oracle(seen: readonly Seen[], seconds: number) {
  type Name = keyof typeof metrics;
  const of = (name: Name, { where = {}, over = seconds, above = Number.NEGATIVE_INFINITY }: Of): Seen[] =>
    seen.filter(
      ({ metric, value, labels, second }) =>
        metric === name &&
        second >= seconds - over &&
        value > above &&
        Object.entries(where).every(([label, wanted]) =>
          typeof wanted === 'function' ? wanted(labels[label]) : labels[label] === wanted,
        ),
    );
  const grouped = (name: Name, options: Of, reduce: (group: Seen[]) => number): Values =>
    new Map(
      [...Map.groupBy(of(name, options), ({ labels }) => labelsText(labels, options.by ?? []))].map(([key, group]) => [
        key,
        reduce(group),
      ]),
    );
  const isCounted = (name: Name) => (metrics[name] as Metric).kind === 'histogram';
  const total = (name: Name, options: Of = {}): Values =>
    grouped(name, options, (group) => group.reduce((sum, { value }) => sum + (isCounted(name) ? 1 : value), 0));
  return {
    total,
    /** Per second. */
    rate: (name: Name, options: Of = {}): Values => {
      const over = options.over ?? minutes5;
      return changed(total(name, { ...options, over }), (value) => value / over);
    },
    /** A quantile of what was measured in the range, by nearest rank. */
    quantile: (q: number, name: Name, options: Of = {}): Values =>
      grouped(name, { over: minutes5, ...options }, (group) => {
        const sorted = group.map(({ value }) => value).sort((a, b) => a - b);
        return sorted[Math.ceil(q * sorted.length) - 1]!;
      }),
    /** Of the last values of each process, or of whoever looked last at the system. */
    last: (name: Name, reduce: (values: readonly number[]) => number, options: Of = {}): Values =>
      grouped(name, { over: 1, ...options }, (group) => {
        const latest = new Map(
          group.map(({ process, labels, value }) => [
            `${(metrics[name] as Metric).ofSystem ? '' : process} ${labelsText(labels)}`,
            value,
          ]),
        );
        return reduce([...latest.values()]);
      }),
  };
}

export const changed = (values: Values, change: (value: number) => number): Values =>
  new Map([...values].map(([key, value]) => [key, change(value)]));
/** Those for which it holds. */
export const only = (values: Values, is: (value: number, key: string) => boolean): Values =>
  new Map([...values].filter(([key, value]) => is(value, key)));
/** What part `some` is of `all`, which has more labels' values. */
export const part = (some: Values, all: Values): Values =>
  new Map([...all].map(([key, value]) => [key, (some.get(key) ?? 0) / value]));
/** A value without labels. */
export const one = (value: number): Values => new Map([['[]', value]]);
export const max = (values: readonly number[]): number => Math.max(...values);
export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
export const count = (values: readonly number[]): number => values.length;
