/** Longest slug in code points, before a number is added. */
const maxLength = 80;
/** Most code points of a tag without letters that its address has. */
const maxPoints = 10;

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
export const slugOf = (title: string): string => lettersOf(title) || 'post';

/** Whether a slug is what the title makes, with or without a number; else somebody has chosen it. */
export function followsTitle({ slug, title }: { slug: string; title: string }): boolean {
  const stem = slugOf(title);
  return slug === stem || (slug.startsWith(`${stem}-`) && /^\d+$/.test(slug.slice(stem.length + 1)));
}

/**
 * The address of a tag: as of a title, but one without letters is told by its code points, for it has no number to be told by.
 * @example tagSlug('🎉') // 'u-1f389'
 */
export const tagSlug = (tag: string): string =>
  lettersOf(tag) ||
  `u-${[...tag]
    .slice(0, maxPoints)
    .map((each) => each.codePointAt(0)?.toString(16))
    .join('-')}`;

function lettersOf(title: string): string {
  let text = title.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  for (const [sign, word] of words) text = text.replace(sign, word);
  const slug = text
    .toLowerCase()
    .normalize('NFKC')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^[-\p{M}]+|-+$/gu, '');
  return shorten(slug);
}

/** Cut at a hyphen where one is near, so that no word and no letter with its marks is torn. */
function shorten(slug: string): string {
  const characters = [...slug];
  if (characters.length <= maxLength) return slug;
  const cut = characters.slice(0, maxLength).join('');
  const hyphen = characters[maxLength] === '-' ? cut.length : cut.lastIndexOf('-');
  return cut.slice(0, hyphen > cut.length / 2 ? hyphen : cut.length).replace(/[-\p{M}]+$/u, '');
}
