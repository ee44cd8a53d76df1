import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres } from '@dormouse/backing/postgres';
import { migrate } from '@dormouse/runtime/migrate';
import { openSql } from '@dormouse/runtime/sql';
import { documentOf } from '@dormouse/search/document';
import { candidateWords, highlight, numbered } from '@dormouse/search/highlight';
import { postgresStore } from '@dormouse/search/postgres-store';
import { termsOf } from '@dormouse/search/query';
import type { Cursor } from '@dormouse/search/store';
import postgres from 'postgres';
import { number, row } from './format.ts';
import { percentile } from './statistics.ts';

export interface SearchFigures {
  posts: number;
  /** To keep all posts. */
  fillSeconds: number;
  megabytes: number;
  classes: { script: string; letters: number; queries: number; p50: number; p95: number; max: number; cpu: number }[];
  /** Queries of letters without blanks whose pages were compared with a scan, and of those found and scanned alike. */
  compared: number;
  alike: number;
}

const batch = 500;
const perClass = 50;
const lengths = [1, 2, 3, 6];

/** How long a query takes by script and length, in a database of its own. @param home folder of the database */
export async function searchBench(
  home: string,
  posts: number,
  progress: (line: string) => void,
): Promise<SearchFigures> {
  const server = await startPostgres({ home: join(home, 'search-postgres') });
  const admin = postgres(server.url, { max: 1, onnotice: () => {} });
  const folder = join(import.meta.dirname, '../../functions/search/migrations');
  await migrate(admin, [{ name: 'search', folder, password: 'bench' }]);
  const url = new URL(server.url);
  [url.username, url.password] = ['search', 'bench'];
  const sql = openSql({ databaseUrl: url.href, service: 'search' }, { maxSilenceMs: 600_000 });
  try {
    const store = postgresStore(sql);
    const random = randomOf(42);
    const texts = textsOf(random);
    const startedAt = performance.now();
    for (let first = 1; first <= posts; first += batch) {
      const some = Array.from({ length: Math.min(batch, posts - first + 1) }, (_, i) =>
        postOf(first + i, texts, random),
      );
      await sql.begin((tx) => store.put(some.map(documentOf), tx));
      if (first % 10_000 === 1) progress(`search: ${first - 1} of ${posts} posts`);
    }
    const fillSeconds = (performance.now() - startedAt) / 1000;
    await admin`VACUUM ANALYZE search.posts`;
    const [size] = await admin<{ bytes: string }[]>`SELECT pg_total_relation_size('search.posts') AS bytes`;
    const ask = async (q: string, after?: Cursor) => {
      const terms = termsOf(q);
      const found = await store.find({ terms: terms.map((term) => ({ ...term, categories: [] })), limit: 20, after });
      const meant = await store.meant(candidateWords(found.hits, terms), terms);
      for (const hit of found.hits) highlight(hit, terms, numbered(meant));
      return found;
    };
    const [backend] = await sql.begin((tx) => tx<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`);
    const classes: SearchFigures['classes'] = [];
    const compared: string[] = [];
    for (const script of scripts)
      for (const letters of lengths) {
        const queries = await samples(admin, posts, script, letters, random);
        for (const q of queries.slice(0, 5)) await ask(q);
        const times: number[] = [];
        const cpuBefore = cpuMs(backend?.pid);
        for (const q of queries) {
          const at = performance.now();
          await ask(q);
          times.push(performance.now() - at);
        }
        // Words with blanks between them need not stand together.
        if (script !== 'en') compared.push(...queries.filter((q) => !q.includes(' ')).slice(0, 3));
        const of = (share: number) => percentile(times, share);
        classes.push({
          script,
          letters,
          queries: queries.length,
          p50: of(0.5),
          p95: of(0.95),
          max: Math.max(...times),
          cpu: (cpuMs(backend?.pid) - cpuBefore) / queries.length,
        });
        progress(`search: ${script} ${letters}: p95 ${of(0.95).toFixed(1)} ms`);
      }
    let alike = 0;
    for (const q of compared) {
      const ids: number[] = [];
      for (let after: Cursor | undefined, going = true; going; ) {
        const found = await store.find({
          terms: termsOf(q).map((term) => ({ ...term, categories: [] })),
          limit: 1000,
          after,
        });
        ids.push(...found.hits.map(({ id }) => id));
        after = found.next;
        going = after !== undefined;
      }
      const scanned = await admin<{ id: string }[]>`SELECT id FROM search.posts WHERE position(${q} IN folded) > 0`;
      const wanted = new Set(scanned.map(({ id }) => Number(id)));
      if (wanted.size === ids.length && ids.every((id) => wanted.has(id))) alike++;
      else progress(`search: “${q}” found ${ids.length} posts, a scan ${wanted.size}`);
    }
    return { posts, fillSeconds, megabytes: Number(size?.bytes) / 1e6, classes, compared: compared.length, alike };
  } finally {
    await sql.end();
    await admin.end();
    await server.stop();
  }
}

export function searchTable(
  { posts, fillSeconds, megabytes, classes, compared, alike }: SearchFigures,
  head: (title: string, ...cells: string[]) => void,
  lines: string[],
): void {
  const each = `${number((1000 * fillSeconds) / posts)} ms each`;
  head(
    `Search among ${posts} posts, read in ${number(fillSeconds)} s (${each}), ${number(megabytes)} MB: ms; ${alike} of ${compared} queries find just what a scan finds`,
    'script',
    'letters',
    'queries',
    'p50',
    'p95',
    'max',
    'CPU',
  );
  for (const { script, letters, queries, p50, p95, max, cpu } of classes)
    lines.push(row(script, String(letters), String(queries), number(p50), number(p95), number(max), number(cpu)));
}

/** What this process and one of PostgreSQL have computed, in ticks of 10 ms; on Linux. A machine that is shared shows it truer than a clock. */
function cpuMs(pid: number | undefined): number {
  const { user, system } = process.cpuUsage();
  const [utime = 0, stime = 0] =
    readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ').slice(11, 13).map(Number) ?? [];
  return (user + system) / 1000 + 10 * (utime + stime);
}

const scripts = ['ko', 'en', 'ja', 'zh'] as const;
type Script = (typeof scripts)[number];

/** Half of the posts Korean, a third English, the rest Japanese and Chinese. */
const scriptOf = (id: number): Script => (id % 6 < 3 ? 'ko' : id % 6 < 5 ? 'en' : id % 12 === 5 ? 'ja' : 'zh');

type Random = (below: number) => number;

/** The same numbers each time (Park and Miller). */
function randomOf(seed: number): Random {
  let state = seed;
  return (below) => (state = (state * 48_271) % 0x7fffffff) % below;
}

/** Words by script; the first ones are common, as in any language (Zipf). */
function textsOf(random: Random): Record<Script, (words: number) => string> {
  const letters = (from: number, count: number, length: number) =>
    Array.from({ length }, () => String.fromCodePoint(from + Math.floor((random(count) * random(count)) / count))).join(
      '',
    );
  const dictionary = (make: () => string) => Array.from({ length: 20_000 }, make);
  const text = (words: readonly string[], between: string) => (count: number) =>
    Array.from({ length: count }, () => words[Math.floor(words.length ** (random(1_000_000) / 1_000_000)) - 1]).join(
      between,
    );
  const endings = ['', '', '을', '를', '이', '가', '은', '는', '에서', '으로', '했다', '하는'];
  const korean = dictionary(() => letters(0xac00, 1100, 2 + random(2)) + endings[random(endings.length)]);
  return {
    ko: text(korean, ' '),
    en: text(
      dictionary(() => letters(0x61, 26, 2 + random(8))),
      ' ',
    ),
    ja: text(
      dictionary(() => letters(0x4e00, 1200, 1 + random(2)) + letters(0x3042, 80, 1 + random(3))),
      '',
    ),
    zh: text(
      dictionary(() => letters(0x4e00, 2500, 1 + random(3))),
      '',
    ),
  };
}

function postOf(id: number, texts: ReturnType<typeof textsOf>, random: Random) {
  const script = scriptOf(id);
  const text = texts[script];
  return {
    id,
    version: 1,
    title: text(4),
    content: text(script === 'en' ? 90 : 140),
    author: `author-${random(50)}`,
    byline: [],
    tags: [],
    tagSlugs: [],
    categoryId: 1 + random(12),
    createdAt: new Date(Date.UTC(2010, 0, 1) + id * 3_600_000),
    lang: script,
  };
}

/** Parts of texts, so that common ones come more often, as when people search. */
async function samples(
  admin: postgres.Sql,
  posts: number,
  script: Script,
  letters: number,
  random: Random,
): Promise<string[]> {
  const found = new Set<string>();
  for (let round = 0; found.size < perClass && round < 50; round++) {
    const ids = Array.from({ length: 200 }, () => 1 + random(posts)).filter((id) => scriptOf(id) === script);
    for (const { body } of await admin<{ body: string }[]>`SELECT body FROM search.posts WHERE id = ANY (${ids})`) {
      const words = body.split(' ');
      const first = random(words.length);
      // English words are typed from their beginning on; more letters than a word has go on in the next one.
      const text = [...words.slice(first, first + letters).join(' ')];
      const begin = script === 'en' || script === 'ko' ? 0 : random(Math.max(1, text.length - letters));
      let [end, taken] = [begin, 0];
      for (; end < text.length && taken < letters; end++) if (text[end] !== ' ') taken++;
      if (taken === letters && found.size < perClass) found.add(text.slice(begin, end).join(''));
    }
  }
  return [...found];
}
