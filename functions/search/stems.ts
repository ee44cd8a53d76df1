import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import type { Term } from './query.ts';

/** Stems by PostgreSQL's rules: per word, in each language where it has one other than itself. */
export type Stems = ReadonlyMap<string, readonly string[]>;

/** Words have no blanks, and a text is a quarter of the work that an array is. @param language left out: all languages that documents have */
export async function stemsOf(sql: Sql | Tx, words: readonly string[], language?: string): Promise<Stems> {
  const stems = new Map<string, string[]>();
  if (words.length === 0) return stems;
  // What is its own stem is not answered: most words are.
  const rows = await sql<{ word: string; stem: string }[]>`
    SELECT word, stem
    FROM string_to_table(${words.join(' ')}::text, ' ') AS word, ${language === undefined ? sql`languages` : sql`(VALUES (${language}::text)) AS languages (name)`},
      unnest(ts_lexize((name || '_stem')::regdictionary, word)) AS stem
    WHERE stem <> word`;
  for (const { word, stem } of rows) {
    const known = stems.get(word);
    if (!known) stems.set(word, [stem]);
    else if (!known.includes(stem)) known.push(stem);
  }
  return stems;
}

/** Stems that were asked for before: words of one post are those of the next. */
export interface KnownStems {
  /** Of at least these words; the language is noted as one that posts have. */
  of(tx: Tx, words: readonly string[], language: string): Promise<Stems>;
}

/** Words of a language that are remembered. */
const mostKnown = 30_000;

export function knownStems(): KnownStems {
  const languages = new Map<string, { asked: Set<string>; stems: Map<string, readonly string[]> }>();
  return {
    async of(tx, words, language) {
      await tx`INSERT INTO languages (name) VALUES (${language}) ON CONFLICT DO NOTHING`;
      let known = languages.get(language);
      if (!known || known.asked.size > mostKnown)
        languages.set(language, (known = { asked: new Set(), stems: new Map() }));
      const { asked, stems } = known;
      const others = [...new Set(words)].filter((word) => !asked.has(word));
      for (const [word, found] of await stemsOf(tx, others, language)) stems.set(word, found);
      for (const word of others) asked.add(word);
      return stems;
    },
  };
}

/** Those of some folded words that terms mean: the words themselves, those with the same stem, and what they begin. */
export async function wordsMeant(sql: Sql, words: readonly string[], terms: readonly Term[]): Promise<Set<string>> {
  const wanted = terms.filter(({ kind }) => kind !== 'dense');
  const stems = await stemsOf(sql, [...new Set([...words, ...wanted.map(({ text }) => text)])]);
  const targets = new Set(wanted.flatMap(({ text }) => [text, ...(stems.get(text) ?? [])]));
  const prefixes = wanted.filter(({ kind }) => kind === 'prefix').map(({ text }) => text);
  return new Set(
    words.filter(
      (word) =>
        [word, ...(stems.get(word) ?? [])].some((lexeme) => targets.has(lexeme)) ||
        prefixes.some((prefix) => word.startsWith(prefix)),
    ),
  );
}
