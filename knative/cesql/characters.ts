/** Strings as sequences of Unicode characters (section 3.1), not of UTF-16 units. */
export function length(text: string): number {
  let found = 0;
  for (const _ of text) found++;
  return found;
}

/** At most `count` characters from `start` on; neither may be negative. */
export function slice(text: string, start: number, count: number): string {
  return Array.from(text)
    .slice(start, start + count)
    .join('');
}

/** Trims Unicode white space at both ends in linear time; a regular expression with `+$` is not linear. */
export function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text[start] as string)) start++;
  while (end > start && isSpace(text[end - 1] as string)) end--;
  return text.slice(start, end);
}

const isSpace = (character: string) => /\p{White_Space}/u.test(character);
