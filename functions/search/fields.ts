import { pageLimit } from '@dormouse/runtime/page-limit';
import { line } from '@dormouse/runtime/text';
import * as v from 'valibot';

const filter = v.optional(
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

const time = (text: string) =>
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

/** Query of a search; other parameters are ignored. */
export const searchQuery = v.object({
  q: v.pipe(
    line(1, 200),
    v.metadata({ examples: ['wake'] }),
    v.description(
      'All of these words must be there: as they are, with another ending, and the last one as a beginning.',
    ),
  ),
  limit: v.optional(pageLimit, '20'),
  after: v.optional(v.string()),
  category: filter,
  tag: filter,
  author: filter,
  from: time('Only those that are not older (`created_at`).'),
  until: time('Only those that are older.'),
});

export type SearchQuery = v.InferOutput<typeof searchQuery>;
