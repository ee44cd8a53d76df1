import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@dormouse/backing/postgres';
import { createApp as createCategories } from '@dormouse/categories/app';
import { openCategories } from '@dormouse/categories/store';
import { readExamples } from '@dormouse/events/examples';
import { createApp as createJournal } from '@dormouse/journal/app';
import { openJournal } from '@dormouse/journal/store';
import { createApp as createNewsletter } from '@dormouse/newsletter/app';
import { openIssues } from '@dormouse/newsletter/issues';
import { cache } from '@dormouse/runtime/cache';
import { uuidv7 } from '@dormouse/runtime/ids';
import { migrate } from '@dormouse/runtime/migrate';
import { migrationsOf } from '@dormouse/runtime/migrations-of';
import { outbox } from '@dormouse/runtime/outbox';
import { openSql } from '@dormouse/runtime/sql';
import { binaryHeaders } from '@dormouse/runtime/write-event';
import { createApp as createSearch } from '@dormouse/search/app';
import { postgresStore } from '@dormouse/search/postgres-store';
import { publishedPosts } from '@dormouse/search/published-posts';
import { createApp as createWebhooks } from '@dormouse/webhooks/app';
import { openDeliveries } from '@dormouse/webhooks/deliveries';
import postgres from 'postgres';
import { family } from '../../bench/processes.ts';
import { spread } from '../../bench/statistics.ts';

/**
 * `node tests/capacity/consumers/main.ts [EVENTS] [ROUNDS]`: CPU milliseconds that an event costs a consumer and its PostgreSQL, by how many
 * events are delivered at once. The functions run in this process, without HTTP and signatures.
 */
const events = Number(process.argv[2] ?? 640);
const rounds = Number(process.argv[3] ?? 3);
const atOnce = [1, 8, 32];
interface Cost {
  /** CPU of this process, ms an event. */
  own: number;
  /** Of PostgreSQL. */
  database: number;
}

const root = join(import.meta.dirname, '../../..');
const example = readExamples().find(({ event }) => event.type === 'dev.dormouse.post.published.v1')!.event;
const data = example.data as { category: object };

const home = mkdtempSync(join(tmpdir(), 'dormouse-consumers-'));
const server = await startPostgres({ home });
const admin = postgres(server.url, { max: 2, onnotice: () => {} });
try {
  await migrate(
    admin,
    migrationsOf(join(root, 'functions')).map((each) => ({ ...each, password: 'test' })),
  );
  const categories: number[] = [];
  for (let n = 0; n < 20; n++)
    categories.push(Number((await admin`SELECT id FROM categories.get_or_create(${`C${n}`})`)[0]!.id));
  const open = (name: string) => {
    const url = new URL(server.url);
    [url.username, url.password] = [name, 'test'];
    const sql = openSql({ databaseUrl: url.href, service: name });
    return { sql, box: outbox({ sql, source: `/${name}` }) };
  };
  const [counting, finding, telling, mailing, archiving] = [
    open('categories'),
    open('search'),
    open('webhooks'),
    open('newsletter'),
    open('journal'),
  ];
  const none = undefined as never;
  const consumers = {
    categories: createCategories({
      categories: openCategories({ sql: counting.sql, outbox: counting.box }),
      tokens: none,
      limiter: none,
      outbox: counting.box,
      cache: cache({ name: 'categories', ttlMs: 60_000, max: 200 }),
    }),
    search: createSearch({
      posts: publishedPosts(finding.sql),
      store: postgresStore(finding.sql),
      filling: none,
      outbox: finding.box,
    }),
    webhooks: createWebhooks({
      subscriptions: none,
      deliveries: openDeliveries({ sql: telling.sql, outbox: telling.box, disableAfterDays: 3 }),
      deliver: none,
      refuse: none,
      outbox: telling.box,
      tokens: none,
      limiter: none,
      log: none,
      site: undefined,
    }),
    newsletter: createNewsletter({
      issues: openIssues({ sql: mailing.sql, outbox: mailing.box, delaySeconds: 300, site: '' }),
      subscribers: none,
      outbox: mailing.box,
      tokens: none,
      limiter: none,
      log: none,
      address: none,
    }),
    journal: createJournal({ journal: openJournal(archiving.sql), retention: () => {}, service: 'journal' } as never),
  };
  const cpu = () => {
    const { user, system } = process.cpuUsage();
    return {
      own: (user + system) / 1000,
      database: family(process.pid).reduce((sum, { pid, cpuMs }) => sum + (pid === process.pid ? 0 : cpuMs), 0),
    };
  };
  const newPosts = async () => {
    const rows = await admin`
      INSERT INTO posts.posts (author_id, author, category_id, status, slug, title, excerpt, content, updated_at)
      SELECT 1, 'ann', (${categories}::bigint[])[1 + n % 20], 'published', gen_random_uuid()::text, 'Written under load', 'e', 'Some *Markdown* of a few words.', now()
      FROM generate_series(1, ${events}) AS n RETURNING id, category_id`;
    return rows.map(({ id, category_id }) => ({ id: Number(id), category: Number(category_id) }));
  };
  /** Delivers an event of each post, so many at once, each until it is taken. */
  const deliverAll = async (app: (typeof consumers)[keyof typeof consumers], many: number) => {
    const posts = await newPosts();
    const deliver = async ({ id, category }: (typeof posts)[number]) => {
      const { type } = example;
      const about = { ...data, id, version: 1, category: { ...data.category, id: category } };
      const of = { source: '/posts', subject: `post/${id}`, time: new Date().toISOString() };
      const event = { id: uuidv7(), type, ...of, data: JSON.stringify(about) };
      const request = { method: 'POST', headers: binaryHeaders(event), body: event.data };
      const { status } = await app.request('/events', request);
      if (status !== 204) throw new Error(`an event was answered ${status}`);
    };
    const before = cpu();
    const worker = async () => {
      for (let post = posts.shift(); post; post = posts.shift()) await deliver(post);
    };
    await Promise.all(Array.from({ length: many }, worker));
    const after = cpu();
    return { own: (after.own - before.own) / events, database: (after.database - before.database) / events };
  };
  const figures = new Map<string, Cost[]>();
  for (let round = 0; round <= rounds; round++)
    for (const many of atOnce)
      for (const [name, app] of Object.entries(consumers)) {
        const cost = await deliverAll(app, many);
        // The first round warms up.
        if (round > 0) figures.set(`${name} ${many}`, [...(figures.get(`${name} ${many}`) ?? []), cost]);
      }
  const middle = (all: readonly Cost[], pick: (each: Cost) => number) => spread(all.map(pick)).median.toFixed(2);
  for (const name of Object.keys(consumers)) {
    const columns = atOnce.map((many) => {
      const all = figures.get(`${name} ${many}`) ?? [];
      const [own, database] = [middle(all, (each) => each.own), middle(all, (each) => each.database)];
      return `${middle(all, (each) => each.own + each.database)} (${own} + ${database})`;
    });
    console.log(`| ${name} | ${columns.join(' | ')} |`);
  }
  await Promise.all([counting, finding, telling, mailing, archiving].map(({ sql }) => sql.end()));
} finally {
  await admin.end({ timeout: 1 });
  await server.stop();
  for (const folder of [home, server.outside]) if (folder) rmSync(folder, { recursive: true, force: true });
}
