import type { Tx } from '@dormouse/runtime/sql-types';
import type { SearchDocument } from './document.ts';
import type { Term } from './query.ts';

/**
 * Where a page ended. Posts are ranked within windows of the newest 1,000 matches, then the next 1,000 and so on: when the
 * window began (0, 0: with the newest), and the last post's rank in it (-1: the window has not begun).
 */
export interface Cursor {
  /** Milliseconds since 1970, and id: the window has older posts. */
  window: readonly [createdAt: number, id: number];
  last: readonly [rank: number, createdAt: number, id: number];
}

export interface Search {
  /** All of them; at least one. */
  terms: readonly SearchTerm[];
  category?: number | undefined;
  /** Slug. */
  tag?: string | undefined;
  /** User name, in any case. */
  author?: string | undefined;
  /** Not older than this. */
  from?: Date | undefined;
  /** Older than this. */
  until?: Date | undefined;
  limit: number;
  after?: Cursor | undefined;
}

export interface SearchTerm extends Term {
  /** Categories whose name has the term: their posts have it. */
  categories: readonly number[];
  /** User names, in lower case, of authors who call themselves by the term: their posts have it. */
  authors: readonly string[];
}

export interface Hit {
  id: number;
  title: string;
  labels: string;
  body: string;
}

export interface Found {
  /** Best first. */
  hits: Hit[];
  /** Where the next page begins; undefined at the end. */
  next?: Cursor;
  /** Of all pages; undefined for more than 1,000. Only on the first one. */
  count?: number | undefined;
}

/** Documents that are looked for; `tx` is the transaction that read them. */
export interface SearchStore {
  /** What it is, and what it keeps: with another number all posts are read anew. */
  readonly form: number;
  /** Keeps documents, unless newer versions are there. */
  put(documents: Iterable<SearchDocument> | AsyncIterable<SearchDocument>, tx: Tx): Promise<void>;
  /** Of posts that are not to be found. */
  remove(ids: readonly number[], tx: Tx): Promise<void>;
  /** Ids of some documents that are kept: those that follow `after`, in order, not behind `until`. */
  idsAfter(after: number, until?: number | null): Promise<number[]>;
  /** Many posts were put: what is left to do with them is done, while others may be put. */
  settle(): Promise<void>;
  find(search: Search): Promise<Found>;
  /** Those of some folded words that terms mean: the words themselves, those with the same stem, and what they begin. */
  meant(words: readonly string[], terms: readonly Term[]): Promise<Set<string>>;
  /** Words of titles and texts that are written like a folded one, without itself, best first. They may be of posts that are hidden by now. */
  similar(word: string, most: number): Promise<string[]>;
}
