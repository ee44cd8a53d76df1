import * as v from 'valibot';

const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;
const controlOrBreak = /[\u0000-\u001f\u007f\u2028\u2029]/;
const loneSurrogate = /\p{Surrogate}/u;

/** Length as people count it: code points, not UTF-16 units. */
const codePoints = (value: string): number => {
  let count = 0;
  for (let i = 0; i < value.length; i++) if ((value.charCodeAt(i) & 0xfc00) !== 0xdc00) count++;
  return count;
};

const between = (min: number, max: number, forbidden: RegExp, pattern: string) =>
  v.pipe(
    v.string('must be text'),
    v.metadata({ minLength: min, maxLength: max, pattern }),
    v.check((value) => !forbidden.test(value) && !loneSurrogate.test(value), 'must not contain control characters'),
    v.trim(),
    v.check(
      (value) => codePoints(value) >= min,
      min === 1 ? 'must not be empty' : `must have at least ${min} characters`,
    ),
    v.check((value) => codePoints(value) <= max, `must have at most ${max} characters`),
  );

/** In a JSON Schema: none of `controls`, and one character at least that is no blank. */
const someText = (controls: string): string => `^[^${controls}]*[^${controls}\\s\\ufeff][^${controls}]*$`;

/** Text of several lines: trimmed, then `min` to `max` code points; no NUL, no C0 controls but tab, newline and return. */
export const text = (min: number, max: number) =>
  between(min, max, control, someText('\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f'));

/** Text of one line: as `text`, and no tab, newline or return either. */
export const line = (min: number, max: number) =>
  between(min, max, controlOrBreak, someText('\\u0000-\\u001f\\u007f\\u2028\\u2029'));

/** A line that may be empty: trimmed, then at most `max` code points. */
export const optionalLine = (max: number) =>
  v.pipe(
    v.string('must be text'),
    v.regex(/^[^\u0000-\u001f\u007f\u2028\u2029]*$/, 'must not contain control characters'),
    v.regex(/^[^\p{Surrogate}]*$/u, 'must not contain control characters'),
    v.metadata({ maxLength: max, pattern: '^[^\\u0000-\\u001f\\u007f\\u2028\\u2029]*$' }),
    v.trim(),
    v.check((value) => [...value].length <= max, `must have at most ${max} characters`),
  );
