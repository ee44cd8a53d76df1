import type { Attributes, Filter, holds } from './filter.ts';

/** Describes filters in words: `type = a and (source starts with /posts or not subject = b)`. */
export function wordsOf(filters: readonly Filter[]): string {
  if (filters.length === 0) return 'every event';
  return joined(filters, 'and', filters.length > 1);
}

function words(filter: Filter, nested: boolean): string {
  if ('exact' in filter) return named('exact', filter.exact, nested);
  if ('prefix' in filter) return named('prefix', filter.prefix, nested);
  if ('suffix' in filter) return named('suffix', filter.suffix, nested);
  if ('not' in filter) return `not ${words(filter.not, true)}`;
  if ('all' in filter)
    return grouped(joined(filter.all, 'and', filter.all.length > 1) || 'anything', nested && filter.all.length > 1);
  if ('any' in filter)
    return grouped(joined(filter.any, 'or', filter.any.length > 1) || 'nothing', nested && filter.any.length > 1);
  return grouped(filter.cesql, nested);
}

const joined = (filters: readonly Filter[], by: 'and' | 'or', nested: boolean) =>
  filters.map((filter) => words(filter, nested)).join(` ${by} `);

const grouped = (text: string, nested: boolean) => (nested ? `(${text})` : text);

const between = { exact: '=', prefix: 'starts with', suffix: 'ends with' } as const;

function named(dialect: keyof typeof holds, wanted: Attributes, nested: boolean): string {
  const parts = Object.entries(wanted).map(([name, value]) =>
    value === '' && dialect === 'exact' ? `${name} is there` : `${name} ${between[dialect]} ${shortened(value)}`,
  );
  return grouped(parts.join(' and ') || 'anything', nested && parts.length > 1);
}

/** One attribute of an exact, prefix or suffix filter, in a clause. */
export const wordsOfAttribute = (dialect: keyof typeof holds, name: string, value: string) =>
  value === '' && dialect === 'exact' ? `${name} is there` : `${name} = ${shortened(value)}`;

const maxCharacters = 200;

/** A value, truncated to `maxCharacters`. */
export const shortened = (value: string) =>
  value.length > maxCharacters ? `${value.slice(0, maxCharacters)}…` : value;
