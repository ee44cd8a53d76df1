import { failField } from '@dormouse/runtime/errors';
import { decodeCursor, encodeCursor } from '@dormouse/runtime/keyset';
import { tagSlug } from '@dormouse/runtime/slug';
import type { SearchQuery } from './fields.ts';
import { candidateWords, highlight, numbered } from './highlight.ts';
import { fold, prepare, runsOf } from './letters.ts';
import type { ListedPost, NamedAuthor, PublishedPosts } from './published-posts.ts';
import { type Term, termsOf } from './query.ts';
import type { Cursor, Search, SearchStore, SearchTerm } from './store.ts';
import { mostTried, suggestionFor } from './suggestion.ts';

/** A page of what was found. */
export interface Results {
  posts: (ListedPost & { highlight: string })[];
  /** Opaque cursor. */
  next?: string;
  /** On the first page: a number, or `1000+`. */
  count?: string;
  /** Where nothing was found: the query with words that are written alike, which finds something. */
  suggestion?: string;
}

export interface SearcherOptions {
  posts: PublishedPosts;
  store: SearchStore;
}

/** Finds what a store has, and shows what of it is published at this moment: what an event has not told yet stays hidden, too. */
export function searcher({ posts, store }: SearcherOptions): (query: SearchQuery) => Promise<Results> {
  return async ({ q, limit, after, category, tag, author, from, until }) => {
    const isFirst = after === undefined;
    const cursor = isFirst ? undefined : parseCursor(after);
    const terms = termsOf(q);
    const categoryId = category && (await posts.categoryOf(category.normalize('NFKC').toLowerCase()));
    if (terms.length === 0 || (category && categoryId === undefined))
      return { posts: [], ...(isFirst && { count: '0' }) };
    const [categories, authors] = await Promise.all([posts.categories(), posts.authors()]);
    const named = namesIn(categories, authors);
    const filters = { category: categoryId || undefined, tag: tag && tagSlug(tag), author, from, until };
    const find = (some: readonly Term[], options: Pick<Search, 'limit'> & Partial<Search>) =>
      store.find({ terms: some.map(named), ...options });
    const { hits, next, count } = await find(terms, { ...filters, limit, after: cursor });
    const [listed, meant] = await Promise.all([
      posts.listed(hits.map(({ id }) => id)),
      store.meant(candidateWords(hits, terms), terms),
    ]);
    const words = numbered(meant);
    const shown = hits.flatMap((hit) => {
      const post = listed.get(hit.id);
      return post ? [{ ...post, highlight: highlight(hit, terms, words) }] : [];
    });
    const isFound = async (query: string) => {
      const some = await find(termsOf(query), { ...filters, limit: mostTried });
      return (await posts.listed(some.hits.map(({ id }) => id))).size > 0;
    };
    const suggestion =
      isFirst && shown.length === 0 && !next
        ? await suggestionFor(q, terms, { find: (term) => find([term], { limit: 1 }), store, isFound })
        : undefined;
    return {
      posts: shown,
      ...(next && { next: encodeCursor([...next.window, ...next.last]) }),
      ...(isFirst && { count: next ? String(count ?? '1000+') : String(shown.length) }),
      ...(suggestion && { suggestion }),
    };
  };
}

/** Whoever looks for the name of a category, or for what an author is called, finds their posts. */
function namesIn(
  categories: Awaited<ReturnType<PublishedPosts['categories']>>,
  authors: readonly NamedAuthor[],
): (term: Term) => SearchTerm {
  const categoriesWith = namedBy(categories);
  let authorsWith = knownAuthors.get(authors);
  if (!authorsWith) knownAuthors.set(authors, (authorsWith = namedBy(authors)));
  return (term) => ({
    ...term,
    categories: categoriesWith(term).map(({ id }) => id),
    authors: authorsWith(term).map(({ username }) => username),
  });
}

/** Thousands, whose names are folded once for as long as they are known: a query has up to 24 terms. */
const knownAuthors = new WeakMap<readonly NamedAuthor[], (term: Term) => readonly NamedAuthor[]>();

/** Those whose name has a term. */
function namedBy<Named extends { name: string }>(all: readonly Named[]): (term: Term) => readonly Named[] {
  const folded = all.map((each) => ({ each, name: fold(prepare(each.name)) }));
  const byWord = new Map<string, Set<Named>>();
  for (const { each, name } of folded)
    for (const { text } of runsOf(name)) byWord.set(text, (byWord.get(text) ?? new Set()).add(each));
  return ({ text, kind }) => {
    if (kind === 'word') return [...(byWord.get(text) ?? [])];
    if (kind === 'dense') return folded.filter(({ name }) => name.includes(text)).map(({ each }) => each);
    const words = [...byWord].filter(([word]) => word.startsWith(text));
    return [...new Set(words.flatMap(([, named]) => [...named]))];
  };
}

const earliest = Date.parse('0001-01-01T00:00:00Z');
const latest = Date.parse('9999-12-31T23:59:59Z');
const maxRank = 2 ** 31 - 1;

function parseCursor(text: string): Cursor {
  const [windowTime, windowId, rank, time, id] = decodeCursor(text, ['number', 'number', 'number', 'number', 'number']);
  const isTime = (value: number) => value >= earliest && value <= latest;
  if (!isTime(windowTime) || !isTime(time) || windowId < 0 || id < 0 || rank < -1 || rank > maxRank)
    failField('after', 'is not a cursor of this list');
  return { window: [windowTime, windowId], last: [rank, time, id] };
}
