import { why } from '@dormouse/cesql/why';
import { type Attributes, type Filter, holds } from './filter.ts';
import { shortened, wordsOfAttribute } from './words.ts';

/** Whether an event passes, and the clause that decided. */
export interface Verdict {
  matches: boolean;
  clause: string;
}

/**
 * What `compileFilters` says of an event, and why: the first clause that kept it out, with what the event has, as
 * `exact type = a: the event has b`; for an event that passes, the clauses that let it.
 */
export function explainFilters(filters: readonly Filter[], attributes: Attributes): Verdict {
  if (filters.length === 0) return { matches: true, clause: 'no filters: every event passes' };
  return every(filters, attributes);
}

function explain(filter: Filter, event: Attributes): Verdict {
  if ('exact' in filter) return named('exact', filter.exact, event);
  if ('prefix' in filter) return named('prefix', filter.prefix, event);
  if ('suffix' in filter) return named('suffix', filter.suffix, event);
  if ('not' in filter) return not(explain(filter.not, event));
  if ('all' in filter) return prefixed('all', every(filter.all, event));
  if ('any' in filter) return prefixed('any', some(filter.any, event));
  const { passes, clause } = why(filter.cesql, event);
  return { matches: passes, clause: `cesql ${clause}` };
}

function every(filters: readonly Filter[], event: Attributes): Verdict {
  const clauses: string[] = [];
  for (const filter of filters) {
    const verdict = explain(filter, event);
    if (!verdict.matches) return verdict;
    clauses.push(verdict.clause);
  }
  return { matches: true, clause: clauses.join('; ') || 'nothing is asked' };
}

function some(filters: readonly Filter[], event: Attributes): Verdict {
  const clauses: string[] = [];
  for (const filter of filters) {
    const verdict = explain(filter, event);
    if (verdict.matches) return verdict;
    clauses.push(verdict.clause);
  }
  return { matches: false, clause: clauses.length > 0 ? `none holds: ${clauses.join('; ')}` : 'there is none' };
}

const prefixed = (dialect: string, { matches, clause }: Verdict): Verdict => ({ matches, clause: `${dialect}: ${clause}` });

const not = ({ matches, clause }: Verdict): Verdict => ({ matches: !matches, clause: matches ? `not: ${clause} holds` : `not: ${clause}` });

function named(dialect: keyof typeof holds, wanted: Attributes, event: Attributes): Verdict {
  for (const [name, value] of Object.entries(wanted)) {
    const given = Object.hasOwn(event, name) ? event[name] : undefined;
    if (given !== undefined && holds[dialect](given, value)) continue;
    const found = given === undefined ? `the event has no ${name}` : `the event has ${shortened(given)}`;
    return { matches: false, clause: `${dialect} ${wordsOfAttribute(dialect, name, value)}: ${found}` };
  }
  const clause = Object.entries(wanted).map(([name, value]) => wordsOfAttribute(dialect, name, value));
  return { matches: true, clause: `${dialect} ${clause.join(', ') || 'of nothing'}` };
}
