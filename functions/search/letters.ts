/** Scripts whose words have no blanks between them, or (Korean) grow endings: they are looked for letter by letter. */
const scripts = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Bopomofo', 'Thai', 'Lao', 'Khmer', 'Myanmar', 'Tibetan'];
const dense = `[[${scripts.map((script) => `\\p{scx=${script}}`).join('')}]&&[\\p{L}\\p{M}\\p{N}]]`;
const isDense = new RegExp(`^${dense}$`, 'v');
const isLetter = /^[\p{L}\p{M}\p{N}]$/v;

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
export const fold = (text: string): string => foldedFrom(text).folded;

/** Of each UTF-16 unit that is a letter: unknown yet, as it is when it is folded, or not. */
const states = new Uint8Array(0x10000);
const [same, other] = [1, 2];

/** A folded text, and where it comes from: for an index in it (or its length) the one in the prepared text. */
export function foldedFrom(text: string): { folded: string; from: (index: number) => number } {
  let folded = '';
  let copied = 0;
  /** Letters that have another length, with what they became; ends of both, in order. */
  const shifts: { at: number; foldedAt: number; end: number; foldedEnd: number }[] = [];
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (states[unit] === same) continue;
    const point = unit >= 0xd800 && unit < 0xdc00 ? text.slice(at, at + 2) : (text[at] as string);
    const letter = foldPoint(point);
    if (point.length === 1) states[unit] = letter === point ? same : other;
    if (letter !== point) {
      folded += text.slice(copied, at);
      copied = at + point.length;
      if (letter.length !== point.length)
        shifts.push({ at, foldedAt: folded.length, end: copied, foldedEnd: folded.length + letter.length });
      folded += letter;
    }
    at += point.length - 1;
  }
  const from = (index: number) => {
    const shift = shifts.findLast(({ foldedAt }) => foldedAt <= index);
    if (!shift) return index;
    return index < shift.foldedEnd ? shift.at : shift.end + index - shift.foldedEnd;
  };
  return { folded: folded + text.slice(copied), from };
}

function foldPoint(point: string): string {
  if (point <= '\u007f') return point.toLowerCase();
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

export interface Run {
  text: string;
  /** Index in the folded text. */
  at: number;
  /** Looked for letter by letter; else a word. */
  isDense: boolean;
}

/** Of each UTF-16 unit that is a letter: unknown yet, or its kind. */
const kinds = new Uint8Array(0x10000);
const [blank, ofWords, ofRuns] = [1, 2, 3];

const kindOf = (point: string): number => (isDense.test(point) ? ofRuns : isLetter.test(point) ? ofWords : blank);

/** Letters and digits of a folded text that belong together. */
export function* runsOf(folded: string): Generator<Run> {
  let [start, before] = [0, blank];
  for (let at = 0; at < folded.length; ) {
    const unit = folded.charCodeAt(at);
    const isPair = unit >= 0xd800 && unit < 0xdc00;
    const kind = isPair ? kindOf(folded.slice(at, at + 2)) : (kinds[unit] ||= kindOf(folded[at] as string));
    if (kind !== before) {
      if (before !== blank) yield { text: folded.slice(start, at), at: start, isDense: before === ofRuns };
      [start, before] = [at, kind];
    }
    at += isPair ? 2 : 1;
  }
  if (before !== blank) yield { text: folded.slice(start), at: start, isDense: before === ofRuns };
}

/** A letter in 16 bits, which are its own of all in common use: others share what surrogates leave free. */
const short = (letter: number): number => (letter > 0xffff ? 0xd800 + (letter & 0x7ff) : letter);

/** Whether a letter shares its number with others. */
const isRare = /[\u{10000}-\u{10ffff}]/u;

/** Every letter of a run, and every two that follow each other, as numbers of 32 bits: an index compares them in a third of the time of texts. */
export function addGrams(run: string, grams: Set<number>): void {
  let before = 0;
  for (let at = 0; at < run.length; at++) {
    const unit = run.charCodeAt(at);
    const isPair = unit >= 0xd800 && unit < 0xdc00;
    const letter = isPair ? short(run.codePointAt(at) as number) : unit;
    if (isPair) at++;
    grams.add(letter);
    if (before) grams.add((before << 16) | letter);
    before = letter;
  }
}

/** What of an index says that a post may have a run, and whether it says so surely: else the run itself is looked for in the text. */
export function gramsOf(run: string): { grams: number[]; isSure: boolean } {
  const letters = Array.from(run, (letter) => short(letter.codePointAt(0) as number));
  const pairs = letters.slice(1).map((letter, i) => ((letters[i] as number) << 16) | letter);
  return { grams: pairs.length > 0 ? [...new Set(pairs)] : letters, isSure: pairs.length < 2 && !isRare.test(run) };
}
