/** A number as people read it: 12,345. Below a thousand Intl, which costs milliseconds at its first call, changes nothing. */
export const numberText = (count: number, language: string): string =>
  count < 1000 ? String(count) : count.toLocaleString(language);
