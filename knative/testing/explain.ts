import { compileFilters } from '@dormouse/local/filter';
import type { Filter } from '@dormouse/local/model';

/** Whether filters let an event through, and what decided. */
export interface Verdict {
  matches: boolean;
  clause: string;
}

/** @see Verdict */
export function explainFilters(filters: readonly Filter[], attributes: Readonly<Record<string, string>>): Verdict {
  if (filters.length === 0) return { matches: true, clause: 'no filter: every event' };
  const failed = filters.find((filter) => !compileFilters([filter])(attributes));
  if (!failed) return { matches: true, clause: filters.map(written).join(', ') };
  return { matches: false, clause: `${written(failed)}: the event has ${namesIn(failed).map((name) => `${name} ${attributes[name] ?? '(none)'}`)}` };
}

const written = (filter: Filter) => JSON.stringify(filter);

/** Attributes that a filter looks at. */
function namesIn(filter: Filter): string[] {
  if ('all' in filter) return unique(filter.all.flatMap(namesIn));
  if ('any' in filter) return unique(filter.any.flatMap(namesIn));
  if ('not' in filter) return namesIn(filter.not);
  if ('cesql' in filter) return ['type'];
  return Object.keys(Object.values(filter)[0] as Readonly<Record<string, string>>);
}

const unique = (names: string[]) => [...new Set(names)];
