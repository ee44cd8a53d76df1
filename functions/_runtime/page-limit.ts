import * as v from 'valibot';

/** The query parameter `limit` of a list: how many a page has, 1 to 100. */
export const pageLimit = v.pipe(
  v.string(),
  v.regex(/^\d{1,3}$/, 'must be a whole number'),
  v.metadata({ type: 'integer', pattern: undefined, minimum: 1, maximum: 100 }),
  v.transform(Number),
  v.minValue(1, 'must be at least 1'),
  v.maxValue(100, 'must be at most 100'),
);
