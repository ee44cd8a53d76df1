import { color } from '@dormouse/events/field';
import { pageLimit } from '@dormouse/runtime/page-limit';
import * as v from 'valibot';

const size = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(2 ** 31 - 1));

/** What pictures says of a picture: it has stored all variants, or there cannot be any. */
export const outcome = v.variant('state', [
  v.strictObject({ state: v.literal('ready'), width: size, height: size, color, animated: v.boolean() }),
  v.strictObject({ state: v.literal('refused'), reason: v.pipe(v.string(), v.nonEmpty(), v.maxLength(200)) }),
]);

export type Outcome = v.InferOutput<typeof outcome>;

/** Query of the list; other parameters are ignored. */
export const listQuery = v.object({
  limit: v.optional(pageLimit, '20'),
  after: v.optional(v.string()),
});

/** Query of the sizes of pictures. */
export const readyQuery = v.object({
  hashes: v.pipe(
    v.string('is required'),
    v.regex(/^[0-9a-f]{64}(,[0-9a-f]{64}){0,99}$/, 'must be at most 100 hashes, separated by commas'),
    v.transform((text) => text.split(',')),
  ),
});
