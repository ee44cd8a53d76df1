import { fold, prepare, runsOf } from './letters.ts';

/** What a post must have somewhere. */
export interface Term {
  /** Folded. */
  text: string;
  /** `dense` anywhere in the text, `word` as a word or with its stem, `prefix` also as the begin of a word. */
  kind: 'dense' | 'word' | 'prefix';
}

/** More words make nothing clearer. */
const mostTerms = 24;
/** Of fewer letters, too many words begin so. */
const shortestPrefix = 2;
/** A lexeme of PostgreSQL has 2,046 bytes at most. */
export const longestWord = 255;

/** The terms of a query, each once; the last word may be unfinished. A query without letters and digits has none. */
export function termsOf(query: string): Term[] {
  const found = new Map<string, Term>();
  const runs = [...runsOf(fold(prepare(query)))].slice(0, mostTerms);
  runs.forEach(({ text, isDense }, i) => {
    const word = text.slice(0, longestWord);
    const isUnfinished = i === runs.length - 1 && word.length >= shortestPrefix;
    if (isDense) found.set(`dense ${text}`, { text, kind: 'dense' });
    else if (isUnfinished) found.set(`word ${word}`, { text: word, kind: 'prefix' });
    else if (!found.has(`word ${word}`)) found.set(`word ${word}`, { text: word, kind: 'word' });
  });
  return [...found.values()];
}
