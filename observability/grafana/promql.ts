/** Braces around matchers, or nothing. */
const where = (matchers: readonly string[]): string => (matchers.length > 0 ? `{${matchers.join(',')}}` : '');

/** `sum by (labels) (rate(series{matchers}))` over an interval that suits the graph's step. */
export const rate = (series: string, by: readonly string[], ...matchers: string[]): string =>
  `${sumBy(by)} (rate(${series}${where(matchers)}[$__rate_interval]))`;

/** How long before the range a series is looked for that began before it. */
const knownFor = '1h';

/**
 * How many there were in the whole range of the dashboard: a whole number, where `increase()` gives up to half as many again. Each series
 * is the last value less the one with which the range began; of an instance that began within it the first, which is a zero. Only where a
 * counter began again under the same labels, which no instance of a function does, it is `increase()` as ever.
 */
export function count(series: string, by: readonly string[], ...matchers: string[]): string {
  const selected = `${series}${where(matchers)}`;
  const over = (what: string) => `${what}(${selected}[$__range])`;
  const before = `last_over_time(${selected}[${knownFor}] offset $__range)`;
  const first = over('min_over_time');
  const grown = `${over('last_over_time')} - (${before} <= ${first} or ${first})`;
  return `${sumBy(by)} (${grown} unless ${over('resets')} > 0 or ${over('increase')})`;
}

/** A quantile of a histogram over an interval that suits the graph's step. */
export const quantile = (q: number, histogram: string, by: readonly string[], ...matchers: string[]): string =>
  `histogram_quantile(${q}, ${rate(`${histogram}_bucket`, [...by, 'le'], ...matchers)})`;

/** What part `some` is of `all`; 0, and not a hole, where there were none of `some`; nothing where there were none of all. */
export const part = (some: string, all: string): string => `(${some} or 0 * ${all}) / (${all} > 0)`;

const sumBy = (by: readonly string[]): string => (by.length > 0 ? `sum by (${by.join(', ')})` : 'sum');
