import { fold, foldedFrom, prepare, runsOf } from './letters.ts';
import { longestWord, type Term } from './query.ts';
import { isSpelled } from './spelling.ts';
import type { Found, SearchStore } from './store.ts';

/** Words of a query that are looked at, those of them that may be wrong, and other words that are tried for each. */
const mostTerms = 8;
const mostWrong = 2;
export const mostTried = 3;

interface Means {
  /** Posts with one term, whatever else is asked. */
  find(term: Term): Promise<Found>;
  store: Pick<SearchStore, 'similar'>;
  /** Whether a query finds posts that are shown at this moment: others must not be told of. */
  isFound(query: string): Promise<boolean>;
}

/** What a query that finds nothing may have meant: words that no post has are replaced by those that are written alike. */
export async function suggestionFor(
  query: string,
  terms: readonly Term[],
  { find, store, isFound }: Means,
): Promise<string | undefined> {
  if (terms.length > mostTerms) return undefined;
  const wrong: string[] = [];
  for (const term of terms) if ((await find(term)).hits.length === 0) wrong.push(term.text);
  if (wrong.length === 0 || wrong.length > mostWrong || !wrong.every(isTyped)) return undefined;
  const others = await Promise.all(wrong.map((word) => store.similar(word, mostTried)));
  for (let i = 0; i < mostTried; i++) {
    const meant = new Map<string, string>();
    wrong.forEach((word, j) => {
      const other = others[j]?.[i];
      if (other !== undefined) meant.set(word, other);
    });
    if (meant.size < wrong.length) return undefined;
    const suggestion = replaced(query, meant);
    if (await isFound(suggestion)) return suggestion;
  }
  return undefined;
}

/** A word of three letters may lack one. */
const isTyped = (word: string): boolean => isSpelled(word) || /^\p{L}{3}$/u.test(word);

/** The query as it was typed but for the words that are replaced. @param meant by folded words */
function replaced(query: string, meant: ReadonlyMap<string, string>): string {
  const prepared = prepare(query);
  const { from } = foldedFrom(prepared);
  let text = '';
  let at = 0;
  for (const run of runsOf(fold(prepared))) {
    const word = meant.get(run.isDense ? run.text : run.text.slice(0, longestWord));
    if (word === undefined) continue;
    text += prepared.slice(at, from(run.at)) + word;
    at = from(run.at + run.text.length);
  }
  return text + prepared.slice(at);
}
