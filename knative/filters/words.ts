import type { Attributes, Filter, holds } from './filter.ts';

/** Filters as a person reads them: `type = a and (source starts with /posts or not subject = b)`. */
export function wordsOf(filters: readonly Filter[]): string {
  if (filters.length === 0) return 'every event';
  return joined(filters, 'and', filters.length > 1);
}

function words(filter: Filter, inside: boolean): string {
  if ('exact' in filter) return named('exact', filter.exact, inside);
  if ('prefix' in filter) return named('prefix', filter.prefix, inside);
  if ('suffix' in filter) return named('suffix', filter.suffix, inside);
  if ('not' in filter) return `not ${words(filter.not, true)}`;
  if ('all' in filter)
    return grouped(joined(filter.all, 'and', filter.all.length > 1) || 'anything', inside && filter.all.length > 1);
  if ('any' in filter)
    return grouped(joined(filter.any, 'or', filter.any.length > 1) || 'nothing', inside && filter.any.length > 1);
  return grouped(filter.cesql, inside);
}

const joined = (filters: readonly Filter[], by: 'and' | 'or', inside: boolean) =>
  filters.map((filter) => words(filter, inside)).join(` ${by} `);

const grouped = (text: string, inside: boolean) => (inside ? `(${text})` : text);

const between = { exact: '=', prefix: 'starts with', suffix: 'ends with' } as const;

function named(dialect: keyof typeof holds, wanted: Attributes, inside: boolean): string {
  const parts = Object.entries(wanted).map(([name, value]) =>
    value === '' && dialect === 'exact' ? `${name} is there` : `${name} ${between[dialect]} ${shortened(value)}`,
  );
  return grouped(parts.join(' and ') || 'anything', inside && parts.length > 1);
}

/** One attribute of an exact, prefix or suffix filter, in a clause. */
export const wordsOfAttribute = (dialect: keyof typeof holds, name: string, value: string) =>
  value === '' && dialect === 'exact' ? `${name} is there` : `${name} = ${shortened(value)}`;

const mostCharacters = 200;

/** A value that may be long, cut to what a line bears. */
export const shortened = (value: string) =>
  value.length > mostCharacters ? `${value.slice(0, mostCharacters)}…` : value;
