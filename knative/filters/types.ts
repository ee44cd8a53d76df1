import { possible } from '@dormouse/cesql/possible';
import { type Attributes, type Filter, holds } from './filter.ts';

/** Results that a filter can have for the selected events. */
interface Possible {
  yes: boolean;
  no: boolean;
}

/**
 * Those of the types of which some event can pass the filters, whatever its other attributes are. None that can is left
 * out; one whose other attributes would have to be two things at once may be among them.
 */
export function typesThatCanMatch(filters: readonly Filter[], types: readonly string[]): string[] {
  return types.filter((type) => filters.every((filter) => of(filter, { type }).yes));
}

function of(filter: Filter, known: Attributes): Possible {
  if ('exact' in filter) return named(filter.exact, holds.exact, known);
  if ('prefix' in filter) return named(filter.prefix, holds.prefix, known);
  if ('suffix' in filter) return named(filter.suffix, holds.suffix, known);
  if ('all' in filter) return every(filter.all.map((each) => of(each, known)));
  if ('any' in filter) return negated(every(filter.any.map((each) => negated(of(each, known)))));
  if ('not' in filter) return negated(of(filter.not, known));
  const found = possible(filter.cesql, known);
  return { yes: found.true, no: found.false || found.error };
}

const every = (parts: readonly Possible[]): Possible => ({
  yes: parts.every(({ yes }) => yes),
  no: parts.some(({ no }) => no),
});

const negated = ({ yes, no }: Possible): Possible => ({ yes: no, no: yes });

function named(wanted: Attributes, passes: (value: string, wanted: string) => boolean, known: Attributes): Possible {
  return every(
    Object.entries(wanted).map(([name, value]) => {
      if (!Object.hasOwn(known, name)) return { yes: true, no: true };
      const yes = passes(known[name] as string, value);
      return { yes, no: !yes };
    }),
  );
}
