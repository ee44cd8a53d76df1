import { readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyCheckout } from '../checkout-copy.ts';
import { eventually, type RunningPlatform, runPlatform } from '../platform.ts';
import { clientsOf } from '../targets/clients.ts';

const migration = 'functions/posts/migrations/999-subtitle.sql';
const store = 'functions/posts/store.ts';
const read = 'p.content, p.summary FROM (';
const readMore = 'p.content, p.summary, p.subtitle FROM (';

let checkout: string;
let platform: RunningPlatform;
let admin: postgres.Sql;
beforeAll(async () => {
  checkout = copyCheckout();
  platform = await runPlatform({ checkout });
  const url = readFileSync(join(platform.home, 'secrets/migrate-database/DATABASE_URL'), 'utf8').trim();
  admin = postgres(url, { max: 2, onnotice: () => {} });
});
afterAll(async () => {
  await admin?.end({ timeout: 1 });
  await platform?.stop();
  rmSync(checkout, { recursive: true, force: true });
});

const edit = (from: string, to: string) => {
  const file = join(checkout, store);
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(
    file,
    text.replace(from, () => to),
  );
};

const revision = async () => (await platform.services()).find(({ name }) => name === 'posts')?.revision;

/** Goes on once the Service has another revision, which answers. */
async function rolled(from: string | undefined): Promise<void> {
  await eventually(revision, (now) => now !== undefined && now !== from, 150);
}

/** Readers and a writer, until `end`. What fails is noted. */
async function load() {
  const keys = join(platform.home, 'secrets/auth-keys');
  const { administrator } = await clientsOf(platform.url, { keys, pass: () => sleep(10) });
  const counts = { reads: 0, writes: 0 };
  const failures: string[] = [];
  let isOver = false;
  const post = { title: 'A post', content: 'Text.', category_name: 'General', status: 'published' };
  const writePost = () =>
    administrator('POST', '/blog/api/posts', { body: { ...post, source: `try:${counts.writes++}` } });
  const first = () =>
    administrator<{ id: number }>('POST', '/blog/api/posts', { body: { ...post, source: 'first' } }).catch(
      () => undefined,
    );
  const made = await eventually(first, (answer) => answer?.status === 201 || answer?.status === 200, 120);
  const readPost = () => administrator('GET', `/blog/api/posts/${made?.body.id}?n=${counts.reads++}`);
  const again = async (request: () => Promise<{ status: number; body: unknown }>) => {
    while (!isOver) {
      const answer = await request().catch((error: Error) => ({ status: 0, body: error.message }));
      if (answer.status < 200 || answer.status >= 300) failures.push(`${answer.status} ${JSON.stringify(answer.body)}`);
    }
  };
  const running = Promise.all([again(writePost), again(readPost), again(readPost)]);
  return {
    counts,
    failures,
    async end() {
      isOver = true;
      await running;
    },
  };
}

/** Whether the Job waits for a lock now. */
async function jobWaits(): Promise<boolean> {
  const rows = await admin`
    SELECT FROM pg_stat_activity WHERE application_name = 'migrate' AND wait_event_type = 'Lock'`;
  return rows.length > 0;
}

test('a column comes with the code that needs it, and the code goes back without it: no request fails', {
  timeout: 600_000,
}, async () => {
  const { counts, failures, end } = await load();
  try {
    // Somebody reads the table for longer than a migration may wait: a backup.
    const backup = await admin.reserve();
    await backup`BEGIN`;
    await backup`SELECT count(*) FROM posts.posts`;
    const first = await revision();
    writeFileSync(join(checkout, migration), "ALTER TABLE posts ADD COLUMN subtitle text NOT NULL DEFAULT '';\n");
    edit(read, readMore);
    await eventually(jobWaits, (waits) => waits, 150);
    await eventually(jobWaits, (waits) => !waits, 150);
    const before = { ...counts };
    await backup`COMMIT`;
    backup.release();
    await rolled(first);
    const second = await revision();
    const between = { ...counts };

    edit(readMore, read);
    unlinkSync(join(checkout, migration));
    await rolled(second);
    const after = { ...counts };
    await eventually(
      async () => counts,
      ({ reads, writes }) => reads > after.reads + 10 && writes > after.writes + 3,
      60,
    );
    for (const each of ['reads', 'writes'] as const) {
      expect(before[each]).toBeGreaterThan(0);
      expect(between[each]).toBeGreaterThan(before[each]);
    }
  } finally {
    await end();
  }
  expect(failures).toEqual([]);
  const [rows] = await admin`SELECT count(*)::int AS n FROM posts.posts WHERE subtitle = ''`;
  expect(rows?.n).toBe(counts.writes + 1);
});
