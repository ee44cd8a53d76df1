import * as v from 'valibot';
import { line } from './text.ts';

/** A line that a list is limited to, as a query has it; undefined for none, and for an empty one. */
export const lineFilter = v.optional(
  v.union(
    [
      v.pipe(
        v.literal(''),
        v.transform(() => undefined),
      ),
      line(1, 200),
    ],
    'must be one line of at most 200 characters',
  ),
);

/** A time that a list is limited to, as a query has it. */
export const timeFilter = (text: string) =>
  v.pipe(
    v.optional(
      v.pipe(
        v.string(),
        v.isoTimestamp('must be a date and time as in RFC 3339'),
        v.transform((value) => new Date(value)),
        v.check(
          (date) =>
            date.getTime() >= Date.parse('0001-01-01T00:00:00Z') &&
            date.getTime() <= Date.parse('9999-12-31T23:59:59Z'),
          'must be a year from 1 to 9999',
        ),
      ),
    ),
    v.description(text),
  );
