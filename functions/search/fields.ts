import { lineFilter, timeFilter } from '@dormouse/runtime/list-filters';
import { pageLimit } from '@dormouse/runtime/page-limit';
import { line } from '@dormouse/runtime/text';
import * as v from 'valibot';

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
  category: lineFilter,
  tag: lineFilter,
  author: lineFilter,
  from: timeFilter('Only those that are not older (`created_at`).'),
  until: timeFilter('Only those that are older.'),
});

export type SearchQuery = v.InferOutput<typeof searchQuery>;
