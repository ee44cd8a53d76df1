import { color } from '@dormouse/events/field';
import { pageLimit } from '@dormouse/runtime/page-limit';
import * as v from 'valibot';

/** Largest picture, in bytes. */
export const maxBytes = 10 * 1024 * 1024;

const size = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(2 ** 31 - 1));

/** What pictures says of a picture: it has stored all variants, or there cannot be any. */
export const outcome = v.variant('state', [
  v.strictObject({ state: v.literal('ready'), width: size, height: size, color, animated: v.boolean() }),
  v.strictObject({ state: v.literal('refused'), reason: v.pipe(v.string(), v.nonEmpty(), v.maxLength(200)) }),
]);

export type Outcome = v.InferOutput<typeof outcome>;

/** What somebody is about to put into the store. */
export const announced = v.strictObject({
  hash: v.pipe(
    v.string('must be text'),
    v.regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 of 64 hexadecimal digits'),
    v.description('SHA-256 of the picture.'),
  ),
  bytes: v.pipe(
    v.number('must be a number'),
    v.safeInteger('must be a whole number'),
    v.minValue(1, 'must be at least 1'),
    v.maxValue(maxBytes, `must be at most ${maxBytes}`),
    v.description('Its length.'),
  ),
});

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
