const letters: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ı: 'i',
  ħ: 'h',
};

/** Lower-case ASCII letters and digits of a text, everything else as single hyphens: `Matthias Weßendorf` → `matthias-wessendorf`. */
export function latin(text: string): string {
  return text
    .toLowerCase()
    .replace(/[ßæœøđðþłıħ]/g, (letter) => letters[letter]!)
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/['’]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}
