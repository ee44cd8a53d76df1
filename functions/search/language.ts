/** Words that tell a language of Latin letters, as `fold` leaves them. */
const common: Readonly<Record<string, string>> = {
  english: 'the and of to is that for with this you are it was',
  german: 'der die und das nicht ist ein eine mit auf fur den von',
  french: 'le la les et des est une dans pour que qui sur pas',
  spanish: 'el los las una que por con para del es como pero mas',
  italian: 'il che di per una con gli della non sono piu anche',
  portuguese: 'que nao uma com para os dos das em mais um por',
  dutch: 'de het een van en dat niet met voor zijn ook op',
  swedish: 'och att det som en ar av pa for inte med den',
  danish: 'og det at en er af pa til ikke med den der som',
  finnish: 'ja on ei etta se oli han mutta myos kun ovat',
  turkish: 've bir bu icin ile da de cok daha gibi olarak',
};
const languages = new Map<string, string[]>();
for (const [name, words] of Object.entries(common))
  for (const word of words.split(' ')) languages.set(word, [...(languages.get(word) ?? []), name]);
/** Words that are looked at: a text that begins in one language goes on in it. */
const considered = 600;

/** Languages for which PostgreSQL has rules, by their tags (BCP 47). */
const rules: Readonly<Record<string, string>> = {
  ar: 'arabic',
  ca: 'catalan',
  da: 'danish',
  de: 'german',
  el: 'greek',
  en: 'english',
  es: 'spanish',
  fi: 'finnish',
  fr: 'french',
  hu: 'hungarian',
  id: 'indonesian',
  it: 'italian',
  nb: 'norwegian',
  nl: 'dutch',
  nn: 'norwegian',
  no: 'norwegian',
  pt: 'portuguese',
  ro: 'romanian',
  ru: 'russian',
  sv: 'swedish',
  tr: 'turkish',
};

/**
 * The language by whose rules PostgreSQL finds the stems of a text's words: as its author said, else as its commonest words do; English
 * where nothing tells it, since texts in other scripts have words of it.
 * @param lang language tag
 * @param words of the folded text, in order
 */
export function languageOf(lang: string | null, words: readonly string[]): string {
  const said = lang === null ? undefined : rules[lang.toLowerCase().replace(/-.*/, '')];
  if (said) return said;
  const seen = new Map<string, number>();
  const count = (name: string) => seen.set(name, (seen.get(name) ?? 0) + 1);
  for (const word of words.slice(0, considered)) {
    for (const name of languages.get(word) ?? []) count(name);
    if (/^[\u0430-\u044f]/.test(word)) count('russian');
    else if (/^[\u03b1-\u03c9]/.test(word)) count('greek');
  }
  let language = 'english';
  for (const [name, times] of seen) if (times > (seen.get(language) ?? 0)) language = name;
  return language;
}
