import { languageOf } from './language.ts';
import { addGrams, fold, prepare, type Run, runsOf } from './letters.ts';
import { plainText } from './plain-text.ts';
import type { PublishedPost } from './published-posts.ts';
import { longestWord } from './query.ts';
import { isSpelled } from './spelling.ts';

/** A post as it is looked for. */
export interface SearchDocument {
  id: number;
  version: number;
  createdAt: Date;
  categoryId: number;
  author: string;
  tagSlugs: readonly string[];
  /** What people read, prepared (letters.ts): a line each. */
  title: string;
  /** Author, byline and tags. */
  labels: string;
  /** The text without markup. */
  body: string;
  foldedTitle: string;
  foldedLabels: string;
  foldedBody: string;
  /** See letters.ts. */
  grams: readonly number[];
  /** Words of title (A), labels (B) and text (C), in order; folded. */
  words: readonly { word: string; weight: 'A' | 'B' | 'C' }[];
  /** Words that a query may have meant, each once: those of title and text, of which people and tags are not. See spelling.ts. */
  vocabulary: readonly string[];
  /** Names PostgreSQL's rules for stems. */
  language: string;
}

/** Between labels; belongs to no word. */
export const between = ' · ';

const line = (text: string): string => prepare(text).replace(/[\u0000-\u001f\u007f]+/g, ' ');

export function documentOf(post: PublishedPost): SearchDocument {
  const title = line(post.title);
  const labels = line([...new Set([...post.tags, ...post.byline, post.author])].join(between));
  const body = prepare(plainText(post.content));
  const folded = { A: fold(title), B: fold(labels), C: fold(body) };
  const runs = { A: [...runsOf(folded.A)], B: [...runsOf(folded.B)], C: [...runsOf(folded.C)] };
  const grams = new Set<number>();
  const words: { word: string; weight: 'A' | 'B' | 'C' }[] = [];
  for (const weight of ['A', 'B', 'C'] as const)
    for (const { text, isDense } of runs[weight])
      if (isDense) addGrams(text, grams);
      else words.push({ word: text.slice(0, longestWord), weight });
  return {
    id: post.id,
    version: post.version,
    createdAt: post.createdAt,
    categoryId: post.categoryId,
    author: post.author.toLowerCase(),
    tagSlugs: post.tagSlugs,
    title,
    labels,
    body,
    foldedTitle: folded.A,
    foldedLabels: folded.B,
    foldedBody: folded.C,
    grams: [...grams],
    words,
    vocabulary: vocabularyOf(runs.A, runs.C),
    language: languageOf(
      post.lang,
      words.map(({ word }) => word),
    ),
  };
}

/** Of Hangul only words of the title, with what they are without endings: a text has too many forms of each. */
export function vocabularyOf(title: readonly Run[], body: readonly Run[]): string[] {
  const found = new Set<string>();
  for (const { text, isDense } of title)
    if (!isDense) found.add(text);
    else for (let end = 2; end <= text.length; end++) found.add(text.slice(0, end));
  for (const { text, isDense } of body) if (!isDense) found.add(text);
  return [...found].filter(isSpelled);
}
