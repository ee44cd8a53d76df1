/** Scripts whose words have no blanks between them, or (Korean) grow endings: they are looked for letter by letter. */
const scripts = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Bopomofo', 'Thai', 'Lao', 'Khmer', 'Myanmar', 'Tibetan'];
const dense = `[[${scripts.map((script) => `\\p{scx=${script}}`).join('')}]&&[\\p{L}\\p{M}\\p{N}]]`;
const runs = new RegExp(`(${dense}+)|[[\\p{L}\\p{M}\\p{N}]--${dense}]+`, 'gv');

/** Letters that decompose into nothing simpler. */
const spelled: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ı: 'i',
  ё: 'е',
  ς: 'σ',
};
/** Latin and Greek letters with marks, and marks that stand alone. */
const marked = /[\u00c0-\u024f\u1e00-\u1fff\u0370-\u03ff]/;
const loneMark = /^[\u0300-\u036f]$/;

const known = new Map<string, string>();
const mostKnown = 20_000;

/** A text as `fold` wants it: composed, and without halves of Katakana, which two code points make one letter. */
export const prepare = (text: string): string =>
  text
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\uff65-\uff9f]+/g, (halves) => halves.normalize('NFKC'));

/**
 * A prepared text as it is compared: width, case, and marks of Latin and Greek letters make no difference, invisible code points are
 * left out. Each code point is folded by itself, so that a part of a text folds to the same part of the folded text.
 */
export const fold = (text: string): string =>
  text.replace(/[^\u0000-\u007f]/gu, foldPoint).replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

function foldPoint(point: string): string {
  let folded = known.get(point);
  if (folded === undefined) {
    folded = /\p{Default_Ignorable_Code_Point}/u.test(point) || loneMark.test(point) ? '' : simple(point);
    if (known.size < mostKnown) known.set(point, folded);
  }
  return folded;
}

const simple = (point: string): string =>
  [...point.normalize('NFKC').toLowerCase()]
    .map((letter) => spelled[letter] ?? (marked.test(letter) ? letter.normalize('NFD').replace(/\p{M}/gu, '') : letter))
    .map((letter) => spelled[letter] ?? (loneMark.test(letter) ? '' : letter))
    .join('');

/** Where each UTF-16 unit of a folded text comes from: indices in the prepared one, and its length at the end. */
export function foldedFrom(text: string): { folded: string; from: number[] } {
  const parts: string[] = [];
  const from: number[] = [];
  let at = 0;
  for (const point of text) {
    const code = point.charCodeAt(0);
    const folded = code > 0x7f ? foldPoint(point) : code >= 0x41 && code <= 0x5a ? point.toLowerCase() : point;
    parts.push(folded);
    for (let i = 0; i < folded.length; i++) from.push(at);
    at += point.length;
  }
  from.push(text.length);
  return { folded: parts.join(''), from };
}

export interface Run {
  text: string;
  /** Index in the folded text. */
  at: number;
  /** Looked for letter by letter; else a word. */
  isDense: boolean;
}

/** Letters and digits of a folded text that belong together. */
export function* runsOf(folded: string): Generator<Run> {
  for (const match of folded.matchAll(runs)) yield { text: match[0], at: match.index, isDense: match[1] !== undefined };
}

/** Two code points in one number, exactly; alone, a letter is its own. */
const second = 2 ** 21;

/** Every letter of a run, and every two that follow each other, as numbers: an index compares them in a third of the time of texts. */
export function addGrams(run: string, grams: Set<number>): void {
  let before = 0;
  for (let at = 0; at < run.length; ) {
    const letter = run.codePointAt(at) as number;
    grams.add(letter);
    if (before) grams.add(before * second + letter);
    before = letter;
    at += letter > 0xffff ? 2 : 1;
  }
}

/** What of an index says that a post may have a run: the run itself is looked for in the text. */
export function gramsOf(run: string): number[] {
  const letters = Array.from(run, (letter) => letter.codePointAt(0) as number);
  if (letters.length === 1) return letters;
  return [...new Set(letters.slice(1).map((letter, i) => (letters[i] as number) * second + letter))];
}
