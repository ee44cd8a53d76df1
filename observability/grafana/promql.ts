/** Braces around matchers, or nothing. */
const where = (matchers: readonly string[]): string => (matchers.length > 0 ? `{${matchers.join(',')}}` : '');

/** `sum by (labels) (rate(series{matchers}))` over an interval that suits the graph's step. */
export const rate = (series: string, by: readonly string[], ...matchers: string[]): string =>
  `${sumBy(by)} (rate(${series}${where(matchers)}[$__rate_interval]))`;

/** How many there were in the whole range of the dashboard. */
export const count = (series: string, by: readonly string[], ...matchers: string[]): string =>
  `${sumBy(by)} (increase(${series}${where(matchers)}[$__range]))`;

/** A quantile of a histogram over an interval that suits the graph's step. */
export const quantile = (q: number, histogram: string, by: readonly string[], ...matchers: string[]): string =>
  `histogram_quantile(${q}, ${rate(`${histogram}_bucket`, [...by, 'le'], ...matchers)})`;

/** What part `some` is of `all`; 0, and not a hole, where there were none of `some`; nothing where there were none of all. */
export const part = (some: string, all: string): string => `(${some} or 0 * ${all}) / (${all} > 0)`;

const sumBy = (by: readonly string[]): string => (by.length > 0 ? `sum by (${by.join(', ')})` : 'sum');
