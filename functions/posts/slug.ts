/** Longest slug in code points, before a number is added. */
const maxLength = 80;

/** Words for signs that tell two titles apart ("C#" and "C++"); a dot only where it begins a word (".NET"). */
const words: readonly (readonly [RegExp, string])[] = [
  [/['’ʼ]/gu, ''],
  [/(^|\s)\.(?=[\p{L}\p{N}])/gu, '$1dot '],
  [/#/g, ' sharp '],
  [/\+/g, ' plus '],
  [/&/g, ' and '],
  [/@/g, ' at '],
  [/%/g, ' percent '],
];

/**
 * The address of a title: letters and digits of any script in lower case (NFKC), everything between them one hyphen. Not
 * transliterated, see docs/decisions/0011-slugs.md. A title without letters is `post`; the number that makes it unique is added
 * by the database.
 * @example slugOf('C# für Anfänger') // 'c-sharp-für-anfänger'
 */
export function slugOf(title: string): string {
  let text = title.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  for (const [sign, word] of words) text = text.replace(sign, word);
  const slug = text
    .toLowerCase()
    .normalize('NFKC')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^[-\p{M}]+|-+$/gu, '');
  return shorten(slug) || 'post';
}

/** Cut at a hyphen where one is near, so that no word and no letter with its marks is torn. */
function shorten(slug: string): string {
  const characters = [...slug];
  if (characters.length <= maxLength) return slug;
  const cut = characters.slice(0, maxLength).join('');
  const hyphen = characters[maxLength] === '-' ? cut.length : cut.lastIndexOf('-');
  return cut.slice(0, hyphen > cut.length / 2 ? hyphen : cut.length).replace(/[-\p{M}]+$/u, '');
}

const resembling = 'аеіјкорсухѕԁԛԝһνοραικυχօոսհցıɡɑ';
const latin = 'aeijkopcyxsdqwhvopaikuxonuhgiga';
const looksLike = new Map([...resembling].map((character, i) => [character, latin.charAt(i)]));

/**
 * What a slug looks like: without accents, and Cyrillic, Greek and Armenian letters as the Latin ones they resemble. Two slugs of
 * one skeleton never exist, so nobody can pass a post off as another by its address.
 */
export function skeleton(slug: string): string {
  const bare = slug.normalize('NFD').replace(/[\u0300-\u036f]/g, '');
  return [...bare].map((character) => looksLike.get(character) ?? character).join('');
}

/** A slug out of an address, as slugs are written; undefined for what cannot be one (PostgreSQL has no text with NUL). */
export const canonical = (slug: string): string | undefined =>
  slug.length > 400 || /[\u0000-\u001f\p{Surrogate}]/u.test(slug)
    ? undefined
    : slug.normalize('NFKC').toLowerCase().normalize('NFKC');
