import type { MetricStore } from '../metric-store.ts';
import { type Flat, flatten, labelOf, namesOf } from './prometheus-series.ts';
import { matcherTest, type Select } from './promql/evaluate.ts';

/** Selects from the store. @throws PromqlError for a regular expression that is none */
export function selectFrom(store: MetricStore): Select {
  return (matchers, fromMs, toMs) => {
    const tests = matchers.map((matcher) => ({ label: matcher.label, fits: matcherTest(matcher) }));
    const names = tests.filter(({ label }) => label === '__name__');
    const wanted = (name: string) => names.every(({ fits }) => fits(name));
    const others = tests.filter(({ label }) => label !== '__name__' && label !== 'le');
    const les = tests.filter(({ label }) => label === 'le');
    const found: Flat[] = [];
    for (const series of store.all()) {
      if (!namesOf(series.family).some(wanted)) continue;
      if (!others.every(({ label, fits }) => fits(labelOf(series.labels, label)))) continue;
      for (const flat of flatten(series, wanted, fromMs, toMs))
        if (les.every(({ fits }) => fits(flat.labels.le ?? ''))) found.push(flat);
    }
    return found;
  };
}
