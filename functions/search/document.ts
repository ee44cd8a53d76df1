import { languageOf } from './language.ts';
import { addGrams, fold, prepare, runsOf } from './letters.ts';
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
  /** What people read, prepared (letters.ts). */
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

export function documentOf(post: PublishedPost): SearchDocument {
  const title = prepare(post.title);
  const labels = prepare([...new Set([...post.tags, ...post.byline, post.author])].join(between));
  const body = prepare(plainText(post.content));
  const folded = { A: fold(title), B: fold(labels), C: fold(body) };
  const grams = new Set<number>();
  const words: { word: string; weight: 'A' | 'B' | 'C' }[] = [];
  for (const weight of ['A', 'B', 'C'] as const)
    for (const { text, isDense } of runsOf(folded[weight]))
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
    vocabulary: vocabularyOf(folded.A, folded.C),
    language: languageOf(
      post.lang,
      words.map(({ word }) => word),
    ),
  };
}

/** Of Hangul only words of the title, with what they are without endings: a text has too many forms of each. */
export function vocabularyOf(foldedTitle: string, foldedBody: string): string[] {
  const found = new Set<string>();
  for (const { text, isDense } of runsOf(foldedTitle))
    if (!isDense) found.add(text);
    else for (let end = 2; end <= text.length; end++) found.add(text.slice(0, end));
  for (const { text, isDense } of runsOf(foldedBody)) if (!isDense) found.add(text);
  return [...found].filter(isSpelled);
}
