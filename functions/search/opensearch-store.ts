import { Buffer } from 'node:buffer';
import { callService } from '@dormouse/runtime/client';
import { AppError } from '@dormouse/runtime/errors';
import type { Sql } from '@dormouse/runtime/sql-types';
import type { SearchDocument } from './document.ts';
import { runsOf } from './letters.ts';
import { mostTypos, nearest, spelled } from './spelling.ts';
import { knownStems, type Stems, stemsOf, wordsMeant } from './stems.ts';
import type { Found, Hit, Search, SearchStore, SearchTerm } from './store.ts';

export interface OpenSearchOptions {
  /** `https://USER:PASSWORD@HOST:PORT` */
  url: string;
  /** What the names of its indices begin with; another blog on the same server has another. */
  prefix: string;
  /** Of the function: it has the rules for stems, and what is kept of languages. */
  sql: Sql;
  /** What is put is found at once, not within the second that the server takes otherwise; for tests. */
  isEager?: boolean;
}

/** Number of the index' form: another one is another index. */
const version = 1;
/** No store has the form of another one. */
const form = 1000 + version;
/** Bytes of one request: a text has up to 200,000 characters, four times. */
const mostBytes = 4 * 1024 * 1024;
/** Results that are counted. */
const mostCounted = 1000;
/** Ids of one answer: the server's own limit. */
const mostIds = 10_000;
/** Words that are compared with one that was typed. */
const mostCandidates = 50;
/** What a match in title, labels and text counts; how often a word is in the text counts less than one of them. */
const weights = { title: 16, labels: 4, body: 1 } as const;
const byNumber = 0.05;

type Field = keyof typeof weights;
const fields = Object.keys(weights) as Field[];
type Json = Readonly<Record<string, unknown>>;

const letters = { type: 'text', analyzer: 'pairs', search_analyzer: 'as_they_are', norms: false };
const words = { type: 'text', analyzer: 'as_they_are', index_options: 'freqs' };
const kept = { type: 'keyword', index: false, doc_values: false };

/** Words and letters come as search has found them, so that both stores find the same: the server's own analysis is of blanks and of pairs. */
const definition = {
  settings: {
    analysis: {
      analyzer: {
        as_they_are: { type: 'custom', tokenizer: 'whitespace' },
        pairs: { type: 'custom', tokenizer: 'whitespace', filter: ['pairs'] },
      },
      filter: {
        pairs: {
          type: 'shingle',
          min_shingle_size: 2,
          max_shingle_size: 2,
          output_unigrams: true,
          token_separator: '',
        },
      },
    },
  },
  mappings: {
    dynamic: 'strict',
    _source: { excludes: ['letters_*', 'words_*', 'spelling'] },
    properties: {
      id: { type: 'long' },
      created_at: { type: 'date', format: 'epoch_millis' },
      category_id: { type: 'long' },
      author: { type: 'keyword' },
      tag_slugs: { type: 'keyword' },
      ...Object.fromEntries(
        fields.flatMap((field) => [
          [field, kept],
          [`letters_${field}`, letters],
          [`words_${field}`, words],
        ]),
      ),
      spelling: { ...words, index_options: 'docs', norms: false },
    },
  },
};

interface Answer {
  hits: { total: { value: number }; hits: { _source: Hit; sort: [score: number, createdAt: number, id: number] }[] };
  suggest?: { spelling: { options: { text: string; freq: number }[] }[] };
}

/** Documents in OpenSearch, for blogs that outgrow a table; the same suite holds for both. Calls need nothing of a client but HTTP. */
export function openSearchStore({ url, prefix, sql, isEager = false }: OpenSearchOptions): SearchStore {
  const index = `${prefix}-${version}`;
  const stems = knownStems();
  const { call, bulk } = server(url, isEager);
  let isThere: Promise<unknown> | undefined;
  const made = () => {
    isThere ??= make().catch((error) => {
      isThere = undefined;
      throw error;
    });
    return isThere;
  };
  const make = async () => {
    const { status, body } = await call('PUT', `/${index}`, definition);
    if (status >= 400 && !JSON.stringify(body).includes('resource_already_exists_exception'))
      refused('PUT', status, body);
  };
  /** Nothing where no post was ever put. */
  const ask = async (query: Json): Promise<Answer | undefined> => {
    const { status, body } = await call('POST', `/${index}/_search`, query);
    if (status === 404) return undefined;
    if (status >= 400) refused('_search', status, body);
    return body as Answer;
  };
  return {
    form,
    async put(documents, tx) {
      await made();
      const lines: string[] = [];
      let bytes = 0;
      for await (const document of documents) {
        const found = await stems.of(
          tx,
          document.words.map(({ word }) => word),
          document.language,
        );
        const action = {
          index: { _index: index, _id: String(document.id), version: document.version, version_type: 'external_gte' },
        };
        const line = `${JSON.stringify(action)}\n${JSON.stringify(sourceOf(document, found))}\n`;
        lines.push(line);
        bytes += Buffer.byteLength(line);
        if (bytes < mostBytes) continue;
        await bulk(lines.splice(0));
        bytes = 0;
      }
      await bulk(lines);
    },
    async remove(ids) {
      if (ids.length === 0) return;
      await made();
      const { status, body } = await call('POST', `/${index}/_mget?_source=false`, { ids: ids.map(String) });
      if (status >= 400) refused('_mget', status, body);
      const known = (body as { docs: { _id: string; _version?: number }[] }).docs;
      // With the version that is there: the server remembers for a minute, by it, what was deleted, and the post may come back as it was.
      const lines = known.flatMap(({ _id, _version }) => {
        const action = { _index: index, _id, version: _version, version_type: 'external_gte' };
        return _version === undefined ? [] : [`${JSON.stringify({ delete: action })}\n`];
      });
      await bulk(lines);
    },
    async idsAfter(after, until) {
      const ids: number[] = [];
      for (let last = after; ; last = ids.at(-1) as number) {
        const range = { gt: last, ...(until != null && { lte: until }) };
        const answer = await ask({ query: { range: { id: range } }, size: mostIds, _source: false, sort: ['id'] });
        const some = (answer?.hits.hits ?? []).map(({ sort }) => Number(sort[0]));
        ids.push(...some);
        if (some.length < mostIds) return ids;
      }
    },
    settle: async () => void (await call('POST', `/${index}/_refresh`)),
    async find(search) {
      const words = search.terms.filter(({ kind }) => kind !== 'dense').map(({ text }) => text);
      const answer = await ask(queryOf(search, await stemsOf(sql, words)));
      return answer ? foundOf(answer, search) : { hits: [], ...(!search.after && { count: 0 }) };
    },
    meant: (some, terms) => wordsMeant(sql, some, terms),
    async similar(word, most) {
      const text = spelled(word);
      const term = {
        field: 'spelling',
        suggest_mode: 'always',
        max_edits: mostTypos(text),
        prefix_length: 0,
        min_word_length: 3,
        size: mostCandidates,
        shard_size: mostCandidates,
      };
      const answer = await ask({ size: 0, suggest: { spelling: { text, term } } });
      const options = answer?.suggest?.spelling.flatMap(({ options }) => options) ?? [];
      return nearest(
        word,
        options.map(({ text, freq }) => ({ word: text.normalize('NFC'), posts: freq })),
        most,
      );
    },
  };
}

function server(address: string, isEager: boolean) {
  const { username, password, ...parsed } = partsOf(address);
  const authorization =
    username === '' ? {} : { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
  const send = async (method: string, path: string, type: string, body?: string) => {
    const headers = { ...authorization, ...(body !== undefined && { 'content-type': type }) };
    const response = await callService(`${parsed.base}${path}`, {
      method,
      headers,
      ...(body !== undefined && { body }),
      timeoutMs: 30_000,
    });
    return { status: response.status, body: (await response.json().catch(() => undefined)) as unknown };
  };
  return {
    call: (method: string, path: string, body?: Json) =>
      send(method, path, 'application/json', body && JSON.stringify(body)),
    /** @param lines with a line end each */
    async bulk(lines: readonly string[]) {
      if (lines.length === 0) return;
      const path = `/_bulk?filter_path=errors,items.*.status,items.*.error${isEager ? '&refresh=true' : ''}`;
      const { status, body } = await send('POST', path, 'application/x-ndjson', lines.join(''));
      if (status >= 400) refused('_bulk', status, body);
      const { items } = body as { items: Record<string, { status: number }>[] };
      // A newer version is there.
      const wrong = items
        .flatMap(Object.values<{ status: number }>)
        .find((item) => item.status >= 400 && item.status !== 409);
      if (wrong) refused('_bulk', wrong.status, wrong);
    },
  };
}

function partsOf(address: string) {
  const url = new URL(address);
  const [username, password] = [url.username, url.password].map(decodeURIComponent) as [string, string];
  return { username, password, base: `${url.origin}${url.pathname.replace(/\/+$/, '')}` };
}

function refused(what: string, status: number, body: unknown): never {
  throw new AppError('unavailable', 'Posts cannot be looked for now. Try again shortly.', {
    cause: new Error(`OpenSearch answered ${what} with ${status}: ${JSON.stringify(body)?.slice(0, 500)}`),
    headers: { 'retry-after': '1' },
  });
}

/** Letters that stand together, a blank between them and a stroke where they end: no pair leads over it. */
const lettersOf = (folded: string): string =>
  [...runsOf(folded)].flatMap(({ text, isDense }) => (isDense ? [[...text].join(' ')] : [])).join(' | ');

function sourceOf(document: SearchDocument, stems: Stems): Json {
  const folded = { title: document.foldedTitle, labels: document.foldedLabels, body: document.foldedBody };
  const ofWeight = { title: 'A', labels: 'B', body: 'C' } as const;
  const lexemes = (field: Field) =>
    document.words
      .flatMap(({ word, weight }) => (weight === ofWeight[field] ? [word, ...(stems.get(word) ?? [])] : []))
      .join(' ');
  return {
    id: document.id,
    created_at: document.createdAt.getTime(),
    category_id: document.categoryId,
    author: document.author,
    tag_slugs: document.tagSlugs,
    ...Object.fromEntries(
      fields.flatMap((field) => [
        [field, document[field]],
        [`letters_${field}`, lettersOf(folded[field])],
        [`words_${field}`, lexemes(field)],
      ]),
    ),
    spelling: document.vocabulary.map(spelled).join(' '),
  };
}

function queryOf(search: Search, stems: Stems): Json {
  const { terms, category, tag, author, from, until, limit, after } = search;
  const filter = [
    category !== undefined && { term: { category_id: category } },
    tag !== undefined && { term: { tag_slugs: tag } },
    author !== undefined && { term: { author: author.toLowerCase() } },
    (from || until) && {
      range: { created_at: { ...(from && { gte: from.getTime() }), ...(until && { lt: until.getTime() }) } },
    },
  ].filter(Boolean);
  return {
    query: { bool: { must: terms.map((term) => termQuery(term, stems)), filter } },
    size: limit + 1,
    _source: fields,
    sort: [{ _score: 'desc' }, { created_at: 'desc' }, { id: 'desc' }],
    track_total_hits: after ? false : mostCounted + 1,
    ...(after && { search_after: [scoreOf(after.last[0]), after.last[1], after.last[2]] }),
  };
}

/** One of the fields, the heaviest counting; or a category or an author whose name is looked for. */
function termQuery(term: SearchTerm, stems: Stems): Json {
  const { text, categories, authors } = term;
  const lexemes = [text, ...(stems.get(text) ?? [])];
  const matches = (field: Field): Json[] => {
    if (term.kind === 'dense') return [together(`letters_${field}`, text)];
    const own = `words_${field}`;
    return [{ terms: { [own]: lexemes } }, ...(term.kind === 'prefix' ? [{ prefix: { [own]: text } }] : [])];
  };
  const found = fields.map((field) => ({
    constant_score: { filter: { bool: { should: matches(field) } }, boost: weights[field] },
  }));
  const named = [
    ...(categories.length > 0 ? [{ category_id: categories }] : []),
    ...(authors.length > 0 ? [{ author: authors }] : []),
  ].map((terms) => ({ constant_score: { filter: { terms }, boost: weights.body } }));
  const often = term.kind === 'dense' ? [] : [{ match: { words_body: { query: lexemes.join(' '), boost: byNumber } } }];
  return { bool: { must: [{ dis_max: { queries: [...found, ...named] } }], should: often } };
}

/** Pairs at places that follow each other. */
function together(field: string, text: string): Json {
  const letters = [...text];
  if (letters.length === 1) return { term: { [field]: text } };
  return {
    match_phrase: {
      [field]: letters
        .slice(1)
        .map((letter, i) => `${letters[i]}${letter}`)
        .join(' '),
    },
  };
}

function foundOf({ hits: { total, hits } }: Answer, { limit, after }: Search): Found {
  const shown = hits.slice(0, limit);
  const last = shown.at(-1)?.sort;
  return {
    hits: shown.map(({ _source: { title, labels, body }, sort }) => ({ id: sort[2], title, labels, body })),
    ...(!after && { count: total.value > mostCounted ? undefined : total.value }),
    ...(last &&
      hits.length > limit && { next: { window: [0, 0], last: [rankOf(last[0]), last[1], last[2]] } as const }),
  };
}

/** A score (float32) as an integer of the same order, and back: cursors have integers. */
const bits = new DataView(new ArrayBuffer(4));
function rankOf(score: number): number {
  bits.setFloat32(0, score);
  return bits.getInt32(0);
}
function scoreOf(rank: number): number {
  bits.setInt32(0, rank);
  return bits.getFloat32(0);
}
