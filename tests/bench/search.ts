import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres } from '@dormouse/backing/postgres';
import { migrate } from '@dormouse/runtime/migrate';
import { openSql } from '@dormouse/runtime/sql';
import { filling } from '@dormouse/search/filling';
import { postgresStore } from '@dormouse/search/postgres-store';
import { publishedPosts } from '@dormouse/search/published-posts';
import { termsOf } from '@dormouse/search/query';
import { searcher } from '@dormouse/search/results';
import type { Cursor, SearchStore } from '@dormouse/search/store';
import postgres from 'postgres';
import { number, row } from './format.ts';
import { type Random, randomOf, type Script, scriptOf, scripts, writePosts } from './search-posts.ts';
import { percentile } from './statistics.ts';

export interface SearchFigures {
  posts: number;
  /** To read all posts and keep what is looked for. */
  fillSeconds: number;
  /** What the function and its database computed meanwhile. */
  fillCpuSeconds: number;
  megabytes: number;
  classes: { script: string; letters: number; queries: number; p50: number; p95: number; max: number; cpu: number }[];
  /** Queries of letters without blanks whose pages were compared with a scan, and of those found and scanned alike. */
  compared: number;
  alike: number;
}

const perClass = 50;
const lengths = [1, 2, 3, 6];
const functions = ['categories', 'posts', 'search'];

/** How long a query takes by script and length, in a database of its own. @param home folder of the database */
export async function searchBench(
  home: string,
  posts: number,
  progress: (line: string) => void,
): Promise<SearchFigures> {
  const server = await startPostgres({ home: join(home, 'search-postgres') });
  const admin = postgres(server.url, { max: 1, onnotice: () => {} });
  try {
    const folder = (name: string) => join(import.meta.dirname, '../../functions', name, 'migrations');
    await migrate(
      admin,
      functions.map((name) => ({ name, folder: folder(name), password: 'bench' })),
    );
    const random = randomOf(42);
    await writePosts(admin, posts, random, progress);
    return await measured({ url: server.url, admin, posts, random, progress });
  } finally {
    await admin.end();
    await server.stop();
  }
}

interface Blog {
  /** Of a superuser. */
  url: string;
  admin: postgres.Sql;
  posts: number;
  random: Random;
  progress: (line: string) => void;
}

/** Reads the posts that are there, and asks. */
export async function measured({ url, admin, posts, random, progress }: Blog): Promise<SearchFigures> {
  const own = new URL(url);
  [own.username, own.password] = ['search', 'bench'];
  const sql = openSql({ databaseUrl: own.href, service: 'search' }, { maxSilenceMs: 600_000 });
  const store = postgresStore(sql);
  const source = publishedPosts(sql);
  const search = searcher({ posts: source, store });
  const cpuMs = async () => ownCpuMs() + (await databaseCpuMs(admin));
  try {
    const startedAt = performance.now();
    const cpuBefore = await cpuMs();
    const failed = (error: unknown) => {
      throw error;
    };
    await filling({ sql, store, posts: source, failed }).whole(3_600_000);
    const fillSeconds = (performance.now() - startedAt) / 1000;
    const fillCpuSeconds = ((await cpuMs()) - cpuBefore) / 1000;
    progress(`search: read in ${fillSeconds.toFixed(1)} s`);
    // As autovacuum does within a minute.
    await admin`VACUUM ANALYZE search.posts`;
    const [size] = await admin<{ bytes: string }[]>`SELECT pg_total_relation_size('search.posts') AS bytes`;
    const ask = (q: string) => search({ q, limit: 20 } as Parameters<typeof search>[0]);
    const classes: SearchFigures['classes'] = [];
    const compared: string[] = [];
    for (const script of scripts)
      for (const letters of lengths) {
        const queries = await samples(admin, posts, script, letters, random);
        for (const q of queries.slice(0, 5)) await ask(q);
        const times: number[] = [];
        const before = await cpuMs();
        for (const q of queries) {
          const at = performance.now();
          await ask(q);
          times.push(performance.now() - at);
        }
        const cpu = ((await cpuMs()) - before) / queries.length;
        // Words with blanks between them need not stand together.
        if (script !== 'en') compared.push(...queries.filter((q) => !q.includes(' ')).slice(0, 3));
        const of = (share: number) => percentile(times, share);
        const most = Math.max(...times);
        classes.push({ script, letters, queries: queries.length, p50: of(0.5), p95: of(0.95), max: most, cpu });
        progress(
          `search: ${script} ${letters}: p95 ${of(0.95).toFixed(1)} ms, max ${most.toFixed(1)} (${queries[times.indexOf(most)]})`,
        );
      }
    let alike = 0;
    for (const q of compared) {
      const ids = await allOf(store, q);
      const scanned = await admin<{ id: string }[]>`SELECT id FROM search.posts WHERE position(${q} IN folded) > 0`;
      const wanted = new Set(scanned.map(({ id }) => Number(id)));
      if (wanted.size === ids.length && ids.every((id) => wanted.has(id))) alike++;
      else progress(`search: “${q}” found ${ids.length} posts, a scan ${wanted.size}`);
    }
    const megabytes = Number(size?.bytes) / 1e6;
    return { posts, fillSeconds, fillCpuSeconds, megabytes, classes, compared: compared.length, alike };
  } finally {
    await sql.end();
  }
}

/** Every page of a query. */
async function allOf(store: SearchStore, q: string): Promise<number[]> {
  const terms = termsOf(q).map((term) => ({ ...term, categories: [], authors: [] }));
  const ids: number[] = [];
  for (let after: Cursor | undefined, going = true; going; ) {
    const found = await store.find({ terms, limit: 1000, after });
    ids.push(...found.hits.map(({ id }) => id));
    after = found.next;
    going = after !== undefined;
  }
  return ids;
}

export function searchTable(
  { posts, fillSeconds, fillCpuSeconds, megabytes, classes, compared, alike }: SearchFigures,
  head: (title: string, ...cells: string[]) => void,
  lines: string[],
): void {
  const each = `${number((1000 * fillSeconds) / posts)} ms each, CPU ${number(fillCpuSeconds)} s`;
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

/** What this process has computed. A machine that is shared shows it truer than a clock. */
function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The same of the connections of search, in ticks of 10 ms; on Linux. */
async function databaseCpuMs(admin: postgres.Sql): Promise<number> {
  const backends = await admin<{ pid: number }[]>`SELECT pid FROM pg_stat_activity WHERE usename = 'search'`;
  return backends.reduce((sum, { pid }) => {
    const [utime = 0, stime = 0] =
      readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ').slice(11, 13).map(Number) ?? [];
    return sum + 10 * (utime + stime);
  }, 0);
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
