import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import { vocabularyOf } from './document.ts';
import { runsOf } from './letters.ts';
import { keysOf, nearest, spelled, wantedKeys } from './spelling.ts';

/** A word of so many posts is not counted any more, so that posts do not wait for each other; it stays, though all of them go. */
const common = 10;
/** Words that are compared with one that was typed. */
const mostCandidates = 1000;

/** What posts gain (1) and lose (-1), by word. */
export type Changes = Map<string, number>;

export function change(changes: Changes, words: readonly string[], by: 1 | -1): void {
  for (const word of words) changes.set(word, (changes.get(word) ?? 0) + by);
}

/** Words of a row's `folded`: title, labels and text, a line each. */
export function vocabularyIn(folded: string): string[] {
  const [title = '', , body = ''] = folded.split('\n');
  return vocabularyOf([...runsOf(title)], [...runsOf(body)]);
}

/** Counts what changed, in an order in which transactions do not wait for each other in a circle. */
export async function keepVocabulary(tx: Tx, changes: Changes): Promise<void> {
  const words = [...changes].filter(([, by]) => by !== 0).map(([word]) => word);
  if (words.length === 0) return;
  const known = await tx<{ word: string; posts: number }[]>`
    SELECT word, posts FROM vocabulary WHERE word = ANY (string_to_array(${words.join(' ')}::text, ' '))`;
  const isCommon = new Set(known.filter(({ posts }) => posts >= common).map(({ word }) => word));
  const rest = words.filter((word) => !isCommon.has(word)).sort();
  const gained = rest.filter((word) => (changes.get(word) as number) > 0);
  const lost = rest.filter((word) => (changes.get(word) as number) < 0);
  const locked =
    rest.length === 0
      ? []
      : await tx<{ word: string }[]>`
    SELECT word FROM vocabulary WHERE word = ANY (string_to_array(${rest.join(' ')}::text, ' ')) AND posts < ${common} ORDER BY word FOR UPDATE`;
  // They stay until the end of the transaction, with their keys.
  const stays = new Set(locked.map(({ word }) => word));
  if (gained.length > 0) {
    const keys = gained.map((word) => {
      if (stays.has(word)) return '';
      const { whole, first, last } = keysOf(spelled(word));
      return [...whole, ...first, ...last].join(' ');
    });
    await tx`
      INSERT INTO vocabulary AS known (word, posts, keys)
      SELECT word, least(times::int, ${common}), string_to_array(coalesce(keys, ''), ' ')
      FROM unnest(string_to_array(${gained.join(' ')}::text, ' '), string_to_array(${gained.map((word) => changes.get(word)).join(' ')}::text, ' '),
        string_to_array(${keys.join('\n')}::text, ${'\n'})) AS gained (word, times, keys)
      ORDER BY word
      ON CONFLICT (word) DO UPDATE SET posts = least(known.posts + excluded.posts, ${common})`;
  }
  if (lost.length > 0) {
    const gone = lost.map((word) => -(changes.get(word) as number));
    await tx`
      WITH lost AS MATERIALIZED (
        SELECT word, times::int FROM unnest(string_to_array(${lost.join(' ')}::text, ' '), string_to_array(${gone.join(' ')}::text, ' ')) AS lost (word, times)
      ), removed AS (
        DELETE FROM vocabulary USING lost WHERE vocabulary.word = lost.word AND vocabulary.posts < ${common} AND vocabulary.posts <= lost.times
      )
      UPDATE vocabulary SET posts = vocabulary.posts - lost.times FROM lost
      WHERE vocabulary.word = lost.word AND vocabulary.posts < ${common} AND vocabulary.posts > lost.times`;
  }
}

/** Words that are written like one, best first. */
export async function similarWords(sql: Sql, word: string, most: number): Promise<string[]> {
  const { whole, first, last } = wantedKeys(spelled(word));
  const any = (keys: readonly string[]) => sql`keys && ${keys as string[]}::text[]`;
  const candidates = await sql<{ word: string; posts: number }[]>`
    SELECT word, posts FROM vocabulary
    WHERE ${whole.length > 0 ? any(whole) : sql`false`} OR (${first.length > 0 ? sql`${any(first)} AND ${any(last)}` : sql`false`})
    LIMIT ${mostCandidates}`;
  return nearest(word, candidates, most);
}
