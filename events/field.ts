import * as v from 'valibot';

/** Identity of a row: a positive integer that JavaScript represents exactly. */
export const id = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

/** Grows by one with every change of the subject, its deletion included; the higher one wins. */
export const version = v.pipe(
  v.number(),
  v.safeInteger(),
  v.minValue(1),
  v.description('Grows by one with every change of the subject, its deletion included.'),
);

/** A text that is not empty. Its length is the producer's matter, so that a limit may be raised without a new version. */
export const text = v.pipe(v.string(), v.nonEmpty());

/** One segment of a path. Gateways read slashes in it in different ways, however they are written: ours refuses them. */
export const segment = v.pipe(v.string(), v.regex(/^[^/\\]+$/));

/** RFC 3339 date and time with its offset. */
export const timestamp = v.pipe(v.string(), v.isoTimestamp());

/** sRGB in six hexadecimal digits after `#`. */
export const color = v.pipe(v.string(), v.regex(/^#[0-9a-fA-F]{6}$/));
