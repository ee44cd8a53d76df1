import type { Filter } from './model.ts';

/** Whether an event with these attributes passes. */
export type Matches = (attributes: Readonly<Record<string, string>>) => boolean;

/**
 * Compiles a Trigger's filters: every one must hold, none means every event. An `exact` value of `''` asks only that the
 * attribute is there. Data is never looked at.
 *
 * @throws Error for dialects that are not understood (yet)
 */
export function compileFilters(filters: readonly Filter[]): Matches {
  return every(filters.map(compile));
}

function compile(filter: Filter): Matches {
  if ('exact' in filter) return attributes(filter.exact, (value, wanted) => wanted === '' || value === wanted);
  if ('prefix' in filter) return attributes(filter.prefix, (value, wanted) => value.startsWith(wanted));
  if ('suffix' in filter) return attributes(filter.suffix, (value, wanted) => value.endsWith(wanted));
  if ('all' in filter) return every(filter.all.map(compile));
  if ('any' in filter) {
    const parts = filter.any.map(compile);
    return (event) => parts.some((part) => part(event));
  }
  if ('not' in filter) {
    const part = compile(filter.not);
    return (event) => !part(event);
  }
  throw new Error('filters of dialect cesql are not understood yet: use exact, prefix, suffix, all, any and not');
}

function attributes(wanted: Readonly<Record<string, string>>, holds: (value: string, wanted: string) => boolean): Matches {
  return every(
    Object.entries(wanted).map(([name, value]) => (event) => {
      const given = Object.hasOwn(event, name) ? event[name] : undefined;
      return given !== undefined && holds(given, value);
    }),
  );
}

function every(parts: readonly Matches[]): Matches {
  if (parts.length === 1) return parts[0] as Matches;
  return (event) => parts.every((part) => part(event));
}
