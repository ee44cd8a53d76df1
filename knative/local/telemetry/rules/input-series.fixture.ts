import type { Flat } from '../query/prometheus-series.ts';
import { matcherTest, type Select } from '../query/promql/evaluate.ts';
import { parseQuery } from '../query/promql/parse.ts';

/** Series as promtool's tests write them, `name{a="b"}` with `0+60x10 _ 5`, a value an interval from the epoch on. */
export function selectInput(input: Readonly<Record<string, string>>, intervalMs: number): Select {
  const series = Object.entries(input).map(([name, values]) => flatOf(name, values, intervalMs));
  const between = (ms: number) => Math.max(0, Math.ceil(ms / intervalMs));
  return (matchers, fromMs, toMs) => {
    const tests = matchers.map((matcher) => ({ label: matcher.label, fits: matcherTest(matcher) }));
    return series
      .filter(({ labels }) => tests.every(({ label, fits }) => fits(labels[label] ?? '')))
      .map(({ labels, slots, times, values, ends }) => {
        const [from, to] = [slots[between(fromMs)] ?? times.length, slots[between(toMs + 1)] ?? times.length];
        return { labels, times: times.slice(from, to), values: values.slice(from, to), ends };
      })
      .filter(({ times }) => times.length > 0);
  };
}

interface Input extends Flat {
  /** By interval: how many values came before it. */
  slots: readonly number[];
  ends: readonly number[];
}

function flatOf(name: string, notation: string, intervalMs: number): Input {
  const selector = parseQuery(name);
  if (selector.kind !== 'selector') throw new TypeError(`${name} is no series`);
  const slots: number[] = [];
  const times: number[] = [];
  const values: number[] = [];
  const ends: number[] = [];
  for (const [i, value] of notation.trim().split(/\s+/).flatMap(expanded).entries()) {
    slots.push(times.length);
    if (value === 'stale') ends.push(i * intervalMs);
    if (typeof value !== 'number') continue;
    times.push(i * intervalMs);
    values.push(value);
  }
  const labels = Object.fromEntries(selector.matchers.map(({ label, value }) => [label, value]));
  return { labels, slots, times, values, ends };
}

type Item = number | 'stale' | undefined;

/** `1+2x3` is 1 3 5 7, `4x2` is 4 4 4, `_x2` is nothing twice. */
function expanded(word: string): Item[] {
  const [, start = '', step, times] =
    /^(_|stale|-?[\d.]+(?:e[+-]?\d+)?|NaN|Inf)([+-][\d.]+(?:e[+-]?\d+)?)?(?:x(\d+))?$/.exec(word) ?? [];
  if (start === '') throw new TypeError(`${word} is no value of a series`);
  if (start === 'stale') return ['stale'];
  if (start === '_') return Array.from({ length: Number(times ?? 1) }, () => undefined);
  return Array.from({ length: Number(times ?? 0) + 1 }, (_, i) => Number(start) + i * Number(step ?? 0));
}
