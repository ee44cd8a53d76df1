import { predicate } from '@dormouse/cesql/predicate';

/** A filter of the Trigger API; an `exact` map with the value '' (from `filter.attributes`) means "present with any value". */
export type Filter =
  | { exact: Readonly<Record<string, string>> }
  | { prefix: Readonly<Record<string, string>> }
  | { suffix: Readonly<Record<string, string>> }
  | { all: readonly Filter[] }
  | { any: readonly Filter[] }
  | { not: Filter }
  | { cesql: string };

/** Attributes of an event, by name. */
export type Attributes = Readonly<Record<string, string>>;

/** Whether an event with these attributes passes. */
export type Matches = (attributes: Attributes) => boolean;

/**
 * Compiles a Trigger's filters: every one must hold, none means every event. An `exact` value of `''` asks only that the
 * attribute is there. Data is never looked at; to ask allocates nothing, but for what an expression makes of strings.
 *
 * @throws CesqlParseError for an expression that does not parse
 */
export function compileFilters(filters: readonly Filter[]): Matches {
  return every(filters.map(compile));
}

function compile(filter: Filter): Matches {
  if ('exact' in filter) return attributes(filter.exact, holds.exact);
  if ('prefix' in filter) return attributes(filter.prefix, holds.prefix);
  if ('suffix' in filter) return attributes(filter.suffix, holds.suffix);
  if ('all' in filter) return every(filter.all.map(compile));
  if ('any' in filter) return some(filter.any.map(compile));
  if ('cesql' in filter) return predicate(filter.cesql);
  const part = compile(filter.not);
  return (event) => !part(event);
}

/** Tests of the dialects exact, prefix and suffix. */
export const holds = {
  exact: (value: string, wanted: string) => wanted === '' || value === wanted,
  prefix: (value: string, wanted: string) => value.startsWith(wanted),
  suffix: (value: string, wanted: string) => value.endsWith(wanted),
} as const;

function attributes(wanted: Attributes, passes: (value: string, wanted: string) => boolean): Matches {
  return every(
    Object.entries(wanted).map(
      ([name, value]) =>
        (event) =>
          Object.hasOwn(event, name) && passes(event[name] as string, value),
    ),
  );
}

function every(parts: readonly Matches[]): Matches {
  if (parts.length === 1) return parts[0] as Matches;
  return (event) => {
    for (let i = 0; i < parts.length; i++) if (!(parts[i] as Matches)(event)) return false;
    return true;
  };
}

function some(parts: readonly Matches[]): Matches {
  return (event) => {
    for (let i = 0; i < parts.length; i++) if ((parts[i] as Matches)(event)) return true;
    return false;
  };
}
