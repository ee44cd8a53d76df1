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
  const { matches, clause, found } = every(filters, attributes);
  return { matches, clause: found === '' ? clause : `${clause}: ${found}` };
}

interface Finding extends Verdict {
  /** The event's deciding value; empty when there is none. */
  found: string;
}

function explain(filter: Filter, event: Attributes): Finding {
  if ('exact' in filter) return named('exact', filter.exact, event);
  if ('prefix' in filter) return named('prefix', filter.prefix, event);
  if ('suffix' in filter) return named('suffix', filter.suffix, event);
  if ('not' in filter) return not(explain(filter.not, event));
  if ('all' in filter) return prefixed('all', every(filter.all, event));
  if ('any' in filter) return prefixed('any', some(filter.any, event));
  const { passes, clause, found } = why(filter.cesql, event);
  return { matches: passes, clause: `cesql ${clause}`, found };
}

function every(filters: readonly Filter[], event: Attributes): Finding {
  const held: Finding[] = [];
  for (const filter of filters) {
    const finding = explain(filter, event);
    if (!finding.matches) return finding;
    held.push(finding);
  }
  return held.length > 0 ? together(true, held) : { matches: true, clause: 'nothing is asked', found: '' };
}

function some(filters: readonly Filter[], event: Attributes): Finding {
  const failed: Finding[] = [];
  for (const filter of filters) {
    const finding = explain(filter, event);
    if (finding.matches) return finding;
    failed.push(finding);
  }
  if (failed.length === 0) return { matches: false, clause: 'there is none', found: '' };
  const all = together(false, failed);
  return { ...all, clause: `none holds: ${all.clause}` };
}

/** Joins the reasons without duplicates. */
function together(matches: boolean, findings: readonly Finding[]): Finding {
  const found = findings[0]?.found ?? '';
  if (findings.every((each) => each.found === found))
    return { matches, clause: findings.map(({ clause }) => clause).join('; '), found };
  return {
    matches,
    clause: findings.map((each) => (each.found === '' ? each.clause : `${each.clause}: ${each.found}`)).join('; '),
    found: '',
  };
}

const prefixed = (dialect: string, { matches, clause, found }: Finding): Finding => ({
  matches,
  clause: `${dialect}: ${clause}`,
  found,
});

const not = ({ matches, clause, found }: Finding): Finding =>
  matches
    ? { matches: false, clause: `not: ${clause} holds`, found }
    : { matches: true, clause: `not: ${clause}`, found };

function named(dialect: keyof typeof holds, wanted: Attributes, event: Attributes): Finding {
  for (const [name, value] of Object.entries(wanted)) {
    const given = Object.hasOwn(event, name) ? event[name] : undefined;
    if (given !== undefined && holds[dialect](given, value)) continue;
    const found = given === undefined ? `the event has no ${name}` : `the event has ${shortened(given)}`;
    return { matches: false, clause: `${dialect} ${wordsOfAttribute(dialect, name, value)}`, found };
  }
  const clause = Object.entries(wanted).map(([name, value]) => wordsOfAttribute(dialect, name, value));
  return { matches: true, clause: `${dialect} ${clause.join(', ') || 'of nothing'}`, found: '' };
}
