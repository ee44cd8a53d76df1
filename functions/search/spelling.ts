/** Words of these lengths have another that was meant: a shorter one has too many, a longer one is none that is typed. */
const hangul = /^[\uac00-\ud7a3]{2,6}$/;
const latin = /^\p{L}{4,24}$/u;
/** From so many letters on a word may have two typos. */
const long = 8;
/** Letters of both ends of a long word. */
const end = 4;

/** Whether a folded word is one that may be suggested, or typed wrong. */
export const isSpelled = (word: string): boolean =>
  hangul.test(word) || (latin.test(word) && !/[\u1100-\u11ff\u2e80-\uffff]/.test(word));

/** What is compared: of a syllable of Hangul its jamo, which are what people type. */
export const spelled = (word: string): string => word.normalize('NFD');

/** Keys of a word: two that are a typo apart have one in common (SymSpell's rule: each without one of its letters). */
export interface SpellingKeys {
  whole: string[];
  /** Of longer words, which may have a typo at either end. */
  first: string[];
  last: string[];
}

/** @param letters `spelled` */
export function keysOf(letters: string): SpellingKeys {
  const { length } = letters;
  const isLong = length >= long - 1;
  return {
    // One more letter than those that are looked for by this alone, since one may be too many.
    whole: length <= long ? shortened(letters, '') : [],
    first: isLong ? shortened(letters.slice(0, end), '<') : [],
    last: isLong ? shortened(letters.slice(-end), '>') : [],
  };
}

/** Those of a word that is looked for: any of `whole`, or one of `first` and one of `last`. */
export const wantedKeys = (letters: string): SpellingKeys =>
  letters.length < long ? { whole: shortened(letters, ''), first: [], last: [] } : keysOf(letters);

const shortened = (letters: string, mark: string): string[] => [
  ...new Set(
    [letters, ...Array.from(letters, (_, i) => letters.slice(0, i) + letters.slice(i + 1))].map((each) => mark + each),
  ),
];

/** How many typos a word may have. */
export const mostTypos = (letters: string): number => (letters.length < long ? 1 : 2);

/** Words that may have been meant, best first: nearest, then in most posts. @param candidates folded words, in how many posts each is */
export function nearest(word: string, candidates: readonly { word: string; posts: number }[], most: number): string[] {
  const letters = spelled(word);
  return candidates
    .filter((each) => each.word !== word)
    .map((each) => ({ ...each, typos: distance(letters, spelled(each.word)) }))
    .filter(({ typos }) => typos <= mostTypos(letters))
    .sort((a, b) => a.typos - b.typos || b.posts - a.posts || (a.word < b.word ? -1 : 1))
    .slice(0, most)
    .map((each) => each.word);
}

/** Letters to add, to leave out, to change or to exchange with the next one (optimal string alignment). */
export function distance(a: string, b: string): number {
  let [twoBefore, before] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      row[j] = Math.min(
        (before[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (before[j - 1] as number) + (isSame ? 0 : 1),
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (twoBefore[j - 2] as number) + 1 : Infinity,
      );
    }
    [twoBefore, before] = [before, row];
  }
  return before[b.length] as number;
}
