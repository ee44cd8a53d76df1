import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import type { SearchDocument } from './document.ts';
import { gramsOf } from './letters.ts';
import { newestSlices, type Slice } from './postgres-slices.ts';
import { type Changes, change, keepVocabulary, similarWords, vocabularyIn } from './postgres-vocabulary.ts';
import type { Term } from './query.ts';
import { type KnownStems, knownStems, type Stems, stemsOf, wordsMeant } from './stems.ts';
import type { Cursor, Found, Hit, Search, SearchStore, SearchTerm } from './store.ts';

/** Matches that are ranked at once: more are not ranked better, and cost more than 25 ms. */
export const windowSize = 1000;
/** Documents of one round; of so many the index is told in one go, since each for itself takes three times as long. */
const atOnce = 25;
/** Positions of a word that count for its rank. */
const mostPositions = 30;
/** Of all lexemes with their positions: a tsvector has at most 1 MiB, and never more bytes than its text. */
const mostBytes = 1_000_000;
/** PostgreSQL's own limit. */
const lastPosition = 16_383;
/** What a match in text, labels and title counts (`{D,C,B,A}` of ts_rank). */
const weights = { C: 0.1, B: 0.4, A: 1 };

/** Documents in PostgreSQL, without any extension, whatever the locale of the database: migrations/001-posts.sql. */
export function postgresStore(
  sql: Sql,
  { slices: sizes = [4000, 20_000] }: { slices?: readonly number[] } = {},
): SearchStore {
  const stems = knownStems();
  const slices = newestSlices(sql, sizes);
  return {
    form: 3,
    async put(documents, tx) {
      const changes: Changes = new Map();
      const kept: Promise<void>[] = [];
      // The database keeps some while the next ones are prepared.
      for await (const some of inParts(documents, atOnce)) {
        const keeping = keep(tx, some, stems, changes);
        // Told at the end.
        keeping.catch(() => {});
        kept.push(keeping);
        if (some.length === atOnce) await nextTurn();
      }
      await Promise.all(kept);
      await keepVocabulary(tx, changes);
    },
    async remove(ids, tx) {
      const gone = await tx<
        { folded: string }[]
      >`DELETE FROM posts WHERE id = ANY (${ids as number[]}::bigint[]) RETURNING folded`;
      const changes: Changes = new Map();
      for (const { folded } of gone) change(changes, vocabularyIn(folded), -1);
      await keepVocabulary(tx, changes);
    },
    idsAfter: async (after, until = null) =>
      (
        await sql<{ id: string }[]>`
          SELECT id FROM posts WHERE id > ${after}::bigint AND (${until}::bigint IS NULL OR id <= ${until}::bigint) ORDER BY id`
      ).map(({ id }) => Number(id)),
    // What was kept goes to the index in one go, on a connection of its own.
    settle: async () =>
      void (await sql.begin(
        (tx) => tx`SELECT gin_clean_pending_list('posts_grams'), gin_clean_pending_list('posts_words')`,
      )),
    async find(search) {
      const parts = await slices(search.after?.window[1] ? search.after.window[0] : undefined);
      return (await sql.begin(async (tx) => {
        await tx`SELECT ${plannerSettings(tx as unknown as Sql)}`;
        return await find(tx as unknown as Sql, search, parts);
      })) as Found;
    },
    meant: (words, terms) => wordsMeant(sql, words, terms),
    similar: async (word, most) => await similarWords(sql, word, most),
  };
}

async function* inParts<T>(all: Iterable<T> | AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let part: T[] = [];
  for await (const each of all) if (part.push(each) === size) [, part] = [yield part, []];
  if (part.length > 0) yield part;
}

async function keep(tx: Tx, documents: readonly SearchDocument[], stems: KnownStems, changes: Changes): Promise<void> {
  if (documents.length === atOnce)
    await tx`SELECT set_config('gin_pending_list_limit', '64MB', true), set_config('work_mem', '64MB', true)`;
  const rows = await tx<{ id: string; version: number; folded: string }[]>`
    SELECT id, version, folded FROM posts WHERE id = ANY (${documents.map(({ id }) => id)}::bigint[])`;
  const known = new Map(rows.map((row) => [Number(row.id), row]));
  const newest = documents.filter(({ id, version }) => version >= (known.get(id)?.version ?? version));
  for (const { id, vocabulary } of newest) {
    const before = known.get(id);
    if (before) change(changes, vocabularyIn(before.folded), -1);
    change(changes, vocabulary, 1);
  }
  const lexemes = new Map<SearchDocument, string>();
  for (const [language, group] of Map.groupBy(newest, (document) => document.language)) {
    const words = group.flatMap((document) => document.words.map(({ word }) => word));
    const found = await stems.of(tx, words, language);
    for (const document of group) lexemes.set(document, lexemesOf(document, found));
  }
  if (newest.length > 0) await put(tx, newest, lexemes);
}

/** The text of a tsvector: words and their stems, where they stand. Words have letters and digits only, so that nothing is to be escaped. */
function lexemesOf({ words }: SearchDocument, stems: Stems): string {
  const places = new Map<string, string[]>();
  words.forEach(({ word, weight }, i) => {
    const place = `${Math.min(i + 1, lastPosition)}${weight}`;
    for (const lexeme of [word, ...(stems.get(word) ?? [])]) {
      const known = places.get(lexeme);
      if (!known) places.set(lexeme, [place]);
      else if (known.length < mostPositions) known.push(place);
    }
  });
  let left = mostBytes;
  const kept: string[] = [];
  for (const [lexeme, at] of places) {
    const text = `'${lexeme}':${at.join(',')}`;
    if ((left -= Buffer.byteLength(text)) < 0) break;
    kept.push(text);
  }
  return kept.join(' ');
}

/** Between values, and between those of a value: texts have no control characters, and to tell them apart so takes a tenth of the time of an array. */
const [valueEnd, partEnd] = ['\u001f', '\u001e'];

async function put(tx: Tx, documents: readonly SearchDocument[], lexemes: ReadonlyMap<SearchDocument, string>) {
  const column = (value: (document: SearchDocument) => string | number) =>
    tx`string_to_array(${documents.map((each) => `${value(each)}${valueEnd}`).join('')}::text, ${valueEnd})`;
  await tx`
  INSERT INTO posts AS known (id, version, created_at, category_id, author, tag_slugs, title, labels, body, folded_title, folded_labels, folded, grams, words)
  SELECT id::bigint, version::int, at::timestamptz, category::bigint, author, string_to_array(tags, ${partEnd}), title, labels, body,
    folded_title, folded_labels, concat_ws(E'\n', folded_title, folded_labels, folded_body), grams::int[], words::tsvector
  FROM unnest(${column(({ id }) => id)}, ${column(({ version }) => version)}, ${column(({ createdAt }) => createdAt.toISOString())}, ${column(({ categoryId }) => categoryId)},
    ${column(({ author }) => author)}, ${column(({ tagSlugs }) => tagSlugs.join(partEnd))}, ${column(({ title }) => title)}, ${column(({ labels }) => labels)}, ${column(({ body }) => body)},
    ${column(({ foldedTitle }) => foldedTitle)}, ${column(({ foldedLabels }) => foldedLabels)}, ${column(({ foldedBody }) => foldedBody)},
    ${column(({ grams }) => `{${grams.join()}}`)}, ${column((document) => lexemes.get(document) as string)})
    AS put (id, version, at, category, author, tags, title, labels, body, folded_title, folded_labels, folded_body, grams, words)
  WHERE id <> ''
  ON CONFLICT (id) DO UPDATE SET version = excluded.version, created_at = excluded.created_at, category_id = excluded.category_id, author = excluded.author,
    tag_slugs = excluded.tag_slugs, title = excluded.title, labels = excluded.labels, body = excluded.body, folded_title = excluded.folded_title,
    folded_labels = excluded.folded_labels, folded = excluded.folded, grams = excluded.grams, words = excluded.words
  WHERE known.version <= excluded.version`;
}

/**
 * Planned for the letters at hand: a plan for any letters reads every post where these are rare. By an index: the planner takes letters of
 * a post for as cheap as a number, though they lie apart from their row, so that a scan takes twenty times as long as it says. A row costs
 * as much as a page, so that two indexes are intersected before rows are read. One process, which reads slices in their order.
 */
const plannerSettings = (
  sql: Sql,
) => sql`set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_seqscan', 'off', true),
  set_config('cpu_tuple_cost', '1', true), set_config('max_parallel_workers_per_gather', '0', true)`;

interface Row {
  id: string;
  created_at: Date;
  rank: number;
  /** Of the window, 1,001 at most. */
  matches: number;
  /** The 1,000th of the window: where the next one begins. */
  window_end: Date;
  window_end_id: string;
  title: string;
  labels: string;
  body: string;
}

async function find(sql: Sql, search: Search, slices: readonly Slice[]): Promise<Found> {
  const { limit, after } = search;
  const words = search.terms.filter(({ kind }) => kind !== 'dense');
  const stems = await stemsOf(
    sql,
    words.map(({ text }) => text),
  );
  const query = (term: SearchTerm) =>
    [
      `'${term.text}'${term.kind === 'prefix' ? ':*' : ''}`,
      ...(stems.get(term.text) ?? []).map((stem) => `'${stem}'`),
    ].join(' | ');
  const all = words.map((term) => `(${query(term)})`).join(' & ');
  const dense = search.terms.filter(({ kind }) => kind === 'dense');
  const inTexts = [...denseMatches(sql, dense), ...wordMatches(sql, words, query)];
  const exact = exactMatches(sql, dense);
  // What rank needs goes along, so that no row is looked up for it. Of words it is only where they lie.
  const rankedBy = words.length > 0 ? sql`folded_title, folded_labels, words` : sql`folded_title, folded_labels`;
  const last = after && after.last[0] >= 0 ? after.last : undefined;
  const indexed = (columns: Fragment, { from, until }: Slice) => sql`(
        SELECT id, created_at ${columns} FROM posts WHERE ${inTexts.reduce(both(sql))} ${filters(sql, search)}
        ${from === undefined ? nothing(sql) : sql`AND created_at >= ${iso(from)}::timestamptz`}
        ${until === undefined ? nothing(sql) : sql`AND created_at < ${iso(until)}::timestamptz`}
        ${after && after.window[1] > 0 ? sql`AND (created_at, id) < (${iso(after.window[0])}::timestamptz, ${after.window[1]}::bigint)` : nothing(sql)}
        -- Else the order would lead through the newest posts, letter by letter of each.
        OFFSET 0
      ) AS indexed`;
  const newest = (slice: Slice) =>
    exact.length === 0
      ? sql`(SELECT * FROM ${indexed(sql`, ${rankedBy}`, slice)} ORDER BY created_at DESC, id DESC LIMIT ${windowSize + 1})`
      : sql`(SELECT newest.id, newest.created_at, ${rankedBy} FROM (
          SELECT * FROM ${indexed(nothing(sql), slice)} ORDER BY created_at DESC, id DESC OFFSET 0
        ) AS newest CROSS JOIN LATERAL (
          SELECT ${rankedBy} FROM posts WHERE posts.id = newest.id AND ${exact.reduce(both(sql))} OFFSET 0
        ) AS exact ORDER BY newest.created_at DESC, newest.id DESC LIMIT ${windowSize + 1})`;
  const rows = await sql<Row[]>`
    WITH matching AS MATERIALIZED (
      -- One after the other: there are enough, usually, before the last.
      SELECT * FROM (${slices.map(newest).reduce((before, next) => sql`${before} UNION ALL ${next}`)}) AS slices LIMIT ${windowSize + 1}
    ), shown AS MATERIALIZED (
      SELECT * FROM matching ORDER BY created_at DESC, id DESC LIMIT ${windowSize}
    ), ranked AS MATERIALIZED (
      SELECT id, created_at, round(1000000 * (${rank(sql, search.terms, all)}))::int AS rank FROM shown
    ), page AS (
      SELECT * FROM ranked ${last ? sql`WHERE (rank, created_at, id) < (${last[0]}::int, ${iso(last[1])}::timestamptz, ${last[2]}::bigint)` : nothing(sql)}
      ORDER BY rank DESC, created_at DESC, id DESC LIMIT ${limit + 1}
    )
    SELECT page.id, page.created_at, page.rank, (SELECT count(*)::int FROM matching) AS matches,
      (SELECT created_at FROM shown ORDER BY created_at, id LIMIT 1) AS window_end, (SELECT id FROM shown ORDER BY created_at, id LIMIT 1) AS window_end_id,
      posts.title, posts.labels, posts.body
    FROM page JOIN posts USING (id) ORDER BY page.rank DESC, page.created_at DESC, page.id DESC`;
  return foundOf(rows, search);
}

function foundOf(rows: readonly Row[], { limit, after }: Search): Found {
  const shown = rows.slice(0, limit);
  const [first, last] = [shown[0], shown.at(-1)];
  const found: Found = { hits: shown.map(toHit) };
  if (!after) found.count = first === undefined ? 0 : first.matches > windowSize ? undefined : first.matches;
  if (!first || !last) return found;
  const window = after?.window ?? ([0, 0] as const);
  if (rows.length > limit) found.next = { window, last: [last.rank, last.created_at.getTime(), Number(last.id)] };
  else if (first.matches > windowSize)
    found.next = {
      window: [first.window_end.getTime(), Number(first.window_end_id)],
      last: [-1, 0, 0],
    } satisfies Cursor;
  return found;
}

const toHit = ({ id, title, labels, body }: Row): Hit => ({ id: Number(id), title, labels, body });

const nothing = (sql: Sql) => sql``;
type Fragment = ReturnType<typeof nothing>;

const both = (sql: Sql) => (one: Fragment, other: Fragment) => sql`${one} AND ${other}`;

/** Letters that stand together: the index knows pairs, so that posts with more than two are to be looked at. */
const denseMatches = (sql: Sql, terms: readonly SearchTerm[]): Fragment[] =>
  terms.map((term) => orNamed(sql, term, sql`grams @> ${`{${gramsOf(term.text).grams.join()}}`}::text::int[]`));

/** What of these is looked for in the texts, which lie apart: from the newest post on, until there are enough. */
const exactMatches = (sql: Sql, terms: readonly SearchTerm[]): Fragment[] =>
  terms
    .filter(({ text }) => !gramsOf(text).isSure)
    .map((term) => orNamed(sql, term, sql`position(${term.text}::text IN folded) > 0`));

/** One look into the index for all words that no name has. */
function wordMatches(sql: Sql, terms: readonly SearchTerm[], query: (term: SearchTerm) => string): Fragment[] {
  const match = (some: readonly SearchTerm[]) =>
    sql`words @@ (${some.map((term) => `(${query(term)})`).join(' & ')}::text)::tsquery`;
  const plain = terms.filter((term) => !isNamed(term));
  const others = terms.filter(isNamed);
  return [...(plain.length > 0 ? [match(plain)] : []), ...others.map((term) => orNamed(sql, term, match([term])))];
}

const isNamed = ({ categories, authors }: SearchTerm): boolean => categories.length + authors.length > 0;

const orNamed = (sql: Sql, term: SearchTerm, match: Fragment): Fragment =>
  isNamed(term)
    ? sql`((${match}) OR category_id = ANY (${[...term.categories]}::bigint[]) OR author = ANY (${[...term.authors]}::text[]))`
    : match;

function filters(sql: Sql, { category, tag, author, from, until }: Search): Fragment {
  return sql`
    ${category === undefined ? sql`` : sql`AND category_id = ${category}`}
    ${tag === undefined ? sql`` : sql`AND tag_slugs @> ARRAY[${tag}::text]`}
    ${author === undefined ? sql`` : sql`AND author = ${author.toLowerCase()}`}
    ${from ? sql`AND created_at >= ${from.toISOString()}::timestamptz` : nothing(sql)}
    ${until ? sql`AND created_at < ${until.toISOString()}::timestamptz` : nothing(sql)}`;
}

/** Titles before labels before texts; words also by how often and how near to each other they stand. */
function rank(sql: Sql, terms: readonly Term[], words: string): Fragment {
  const parts = terms
    .filter(({ kind }) => kind === 'dense')
    .map(
      ({ text }) =>
        sql`CASE WHEN position(${text}::text IN folded_title) > 0 THEN ${weights.A}::float8 WHEN position(${text}::text IN folded_labels) > 0 THEN ${weights.B}::float8 ELSE ${weights.C}::float8 END`,
    );
  if (words !== '')
    parts.push(
      sql`ts_rank(${[0, weights.C, weights.B, weights.A]}::real[], words, (${words}::text)::tsquery, 1)::float8`,
    );
  return parts.reduce((before, part) => sql`${before} + ${part}`);
}

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();
