import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { lossesIn } from './losses.ts';
import { nameOf, type Observed, type SeenEvent, type StoredPost } from './observed.ts';

/** The administrator's connection to the platform's database as it is now. */
export function database(home: string): postgres.Sql {
  const url = readFileSync(join(home, 'secrets/migrate-database/DATABASE_URL'), 'utf8');
  return postgres(url, { max: 2, onnotice: () => {}, connect_timeout: 5 });
}

interface Site {
  /** Ingress and console. */
  url: string;
  console: string;
  home: string;
}

interface Listed {
  id: string;
  type: string;
  triggers: { name: string; outcome: string; attempts: number }[];
}

/** The newest ones: caches hold little else. */
const maxPosts = 500;
/** Longest life of a copy in Redis, and a little. */
const copiesMs = 66_000;
const over = new Set(['delivered', 'dead-lettered', 'undeliverable']);

/** Deliveries among the last `limit` events that are not over. */
export async function undelivered(console: string, limit = 500): Promise<string[]> {
  const events = (await (
    await fetch(`${console}/api/events?limit=${limit}`, { signal: AbortSignal.timeout(2_000) })
  ).json()) as Listed[];
  return events.flatMap(({ id, type, triggers }) =>
    triggers
      .filter(({ outcome }) => !over.has(outcome))
      .map(({ name, outcome, attempts }) => `${id} (${type}) is ${outcome} to ${name} after ${attempts} attempts`),
  );
}

/** Rows that wait in each outbox. */
export async function outboxes(sql: postgres.Sql): Promise<{ schema: string; rows: number }[]> {
  const schemas = await sql<
    { schema: string }[]
  >`SELECT schemaname AS schema FROM pg_tables WHERE tablename = 'outbox' ORDER BY 1`;
  return Promise.all(
    schemas.map(async ({ schema }) => {
      const [row] = await sql<{ rows: number }[]>`SELECT count(*)::integer AS rows FROM ${sql(`${schema}.outbox`)}`;
      return { schema, rows: row!.rows };
    }),
  );
}

/** Whether the journal has compared every archived event with the inboxes, and none is missing there. */
export async function reconciled(sql: postgres.Sql): Promise<boolean> {
  const [row] = await sql<{ all: boolean }[]>`
    SELECT NOT EXISTS (SELECT FROM journal.missing) AND NOT EXISTS (
      SELECT FROM journal.reconciled WHERE reason IS NULL AND judged < (SELECT max(position) FROM journal.events)) AS all`;
  return row?.all === true;
}

/** Looks at everything that the invariants speak of, but for processes: those are looked at when the platform has ended. */
export async function observe(sql: postgres.Sql, { url, console, home }: Site): Promise<Omit<Observed, 'processes'>> {
  const given = (await (await fetch(`${console}/api/undeliverable`)).json()) as object[];
  return {
    ...(await observeDatabase(sql, url)),
    pending: await undelivered(console, 2_000),
    undeliverable: [...given, ...(await deadLetters(sql))].map((each) => JSON.stringify(each)),
    ordered: true,
    losses: lossesIn(home).read(),
  };
}

export interface ObserveOptions {
  /** What titles of the campaign's own posts begin with; others are not looked at. */
  titles?: string;
}

/** What PostgreSQL holds, and what readers are shown of it. */
export async function observeDatabase(
  sql: postgres.Sql,
  url: string,
  { titles = '' }: ObserveOptions = {},
): Promise<Omit<Observed, 'processes' | 'pending' | 'undeliverable' | 'ordered' | 'losses'>> {
  const posts = await sql<StoredPost[]>`
    SELECT posts.id::integer AS id, posts.version, title, content, status, categories.name AS category
    FROM posts.posts JOIN categories.categories ON categories.id = category_id
    WHERE starts_with(title, ${titles}) ORDER BY posts.id`;
  const [deliveries] = await sql<{ requests: string }[]>`SELECT requests FROM recorder.deliveries`;
  return {
    posts,
    seen: await sql<SeenEvent[]>`SELECT source, id, type, subject, version, times FROM recorder.seen ORDER BY position`,
    inboxes: new Map(
      await Promise.all(
        ['recorder', 'categories'].map(async (consumer) => [consumer, await names(sql, `${consumer}.inbox`)] as const),
      ),
    ),
    categories: await sql<{ name: string; counted: number; published: number }[]>`
      SELECT name, post_count AS counted, (SELECT count(*)::integer FROM posts.posts WHERE category_id = categories.id AND status = 'published') AS published
      FROM categories.categories`,
    held: await sql<Observed['held'][number][]>`
      SELECT 'categories' AS consumer, 'post/' || posts.id AS subject, coalesce(counted.version, 0) AS version, posts.version AS newest
      FROM posts.posts LEFT JOIN categories.counted ON post_id = posts.id WHERE starts_with(title, ${titles})`,
    ...(await settled(() => shown(url, posts, sql, titles))),
    outboxes: await outboxes(sql),
    archived: await archive(sql),
    deliveries: Number(deliveries?.requests ?? 0),
  };
}

async function names(sql: postgres.Sql, table: string): Promise<Set<string>> {
  const rows = await sql<{ source: string; id: string }[]>`SELECT source, id FROM ${sql(table)}`;
  return new Set(rows.map(nameOf));
}

/** Only where a journal is deployed. */
async function archive(sql: postgres.Sql): Promise<Set<string> | undefined> {
  return (await journalHas(sql, 'events')) ? names(sql, 'journal.events') : undefined;
}

async function deadLetters(sql: postgres.Sql): Promise<object[]> {
  return (await journalHas(sql, 'dead_letters'))
    ? sql`SELECT source, id, type, subject, destination, trigger, status, cause FROM journal.dead_letters`
    : [];
}

async function journalHas(sql: postgres.Sql, table: string): Promise<boolean> {
  return (await sql`SELECT FROM pg_tables WHERE schemaname = 'journal' AND tablename = ${table}`).length > 0;
}

/** A kill between a commit and its purge leaves a copy for as long as copies live. */
async function settled(look: () => Promise<Observed['shown']>): Promise<Pick<Observed, 'shown' | 'staleMs'>> {
  const began = Date.now();
  for (let tries = 0; ; tries++) {
    const staleMs = Date.now() - began;
    const shown = await look();
    const agree = shown.every(({ expected, got }) => expected === got);
    if (agree || staleMs > copiesMs) return { shown, staleMs: tries === 0 ? 0 : staleMs };
    await sleep(1_000);
  }
}

/** What somebody who is not logged in gets of each post, of the lists and of the categories: all of it may come from caches. */
async function shown(
  url: string,
  posts: readonly StoredPost[],
  sql: postgres.Sql,
  titles: string,
): Promise<Observed['shown']> {
  const own = (list: readonly { title: string }[]) =>
    list.flatMap(({ title }) => (title.startsWith(titles) ? title : [])).join(', ');
  const found: { path: string; expected: string; got: string }[] = [];
  for (const { id, version, content, status } of posts.slice(-maxPosts)) {
    const path = `/blog/api/posts/${id}`;
    const response = await fetch(url + path);
    const body = (await response.json()) as { version?: number; content?: string };
    found.push({
      path,
      expected: status === 'published' ? `version ${version}: ${content}` : '404',
      got: response.status === 200 ? `version ${body.version}: ${body.content}` : String(response.status),
    });
  }
  const categories = await sql<
    { name: string; post_count: number }[]
  >`SELECT name, post_count FROM categories.categories ORDER BY key`;
  const line = (list: readonly { name: string; post_count: number }[]) =>
    list.map(({ name, post_count }) => `${name} ${post_count}`).join(', ');
  found.push({
    path: '/blog/api/categories',
    expected: line(categories),
    got: await said(`${url}/blog/api/categories`, line),
  });
  const newest = await sql<
    { title: string }[]
  >`SELECT title FROM posts.posts WHERE status = 'published' ORDER BY created_at DESC, id DESC LIMIT 20`;
  const expected = own(newest);
  found.push({ path: '/blog/api/posts', expected, got: await said(`${url}/blog/api/posts?limit=20`, own) });
  const page = await (await fetch(`${url}/blog/`)).text();
  const named = [...new Set(page.match(/Post [a-z0-9-]+\./g))];
  found.push({ path: '/blog/', expected, got: own(named.map((title) => ({ title }))) });
  return found;
}

/** A list in one line; or the status, of a platform that is too busy to give it. */
async function said<T>(url: string, line: (list: T) => string): Promise<string> {
  const response = await fetch(url);
  return response.ok ? line((await response.json()) as T) : String(response.status);
}
