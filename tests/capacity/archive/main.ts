import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@dormouse/backing/postgres';
import { readExamples } from '@dormouse/events/examples';
import { openJournal } from '@dormouse/journal/store';
import { uuidv7 } from '@dormouse/runtime/ids';
import { migrate } from '@dormouse/runtime/migrate';
import { migrationsOf } from '@dormouse/runtime/migrations-of';
import { openSql } from '@dormouse/runtime/sql';
import postgres from 'postgres';
import { signed } from '../../event-keys.ts';

/** `node tests/capacity/archive/main.ts`: bytes that an archived event takes in PostgreSQL, with its indexes. */
const batches = 500;
const ofBatch = 100;
const root = join(import.meta.dirname, '../../..');
const posts = readExamples().filter(({ event }) => event.source === '/posts');

const home = mkdtempSync(join(tmpdir(), 'dormouse-archive-'));
const server = await startPostgres({ home, settings: ['fsync=off'] });
const admin = postgres(server.url, { max: 2, onnotice: () => {} });
try {
  await migrate(
    admin,
    migrationsOf(join(root, 'functions')).map((each) => ({ ...each, password: 'test' })),
  );
  const url = new URL(server.url);
  [url.username, url.password] = ['journal', 'test'];
  const sql = openSql({ databaseUrl: url.href, service: 'journal' });
  const journal = openJournal(sql);
  for (let batch = 0; batch < batches; batch++)
    await journal.archive(Array.from({ length: ofBatch }, (_, n) => delivered(batch * ofBatch + n)));
  await sql.end();
  await admin.unsafe('VACUUM ANALYZE journal.events');
  const [size] = await admin<{ rows: number; table: number; indexes: number }[]>`
    SELECT count(*)::float8 AS rows, pg_table_size('journal.events')::float8 AS table, pg_indexes_size('journal.events')::float8 AS indexes
    FROM journal.events`;
  const { rows, table, indexes } = size ?? { rows: 0, table: 0, indexes: 0 };
  console.log(
    `${rows} events of posts: ${Math.round(table / rows)} bytes each, ${Math.round(indexes / rows)} of indexes`,
  );
} finally {
  await admin.end({ timeout: 1 });
  await server.stop();
  for (const folder of [home, server.outside]) if (folder) rmSync(folder, { recursive: true, force: true });
}

/** The golden examples in turn, each with an id, a trace and a signature of its own. */
function delivered(n: number) {
  const { event } = posts[n % posts.length]!;
  const { data, ...attributes } = signed({ ...event, id: uuidv7() });
  const traceId = randomBytes(16).toString('hex');
  return {
    attributes: attributes as unknown as Readonly<Record<string, string>>,
    data: Buffer.from(JSON.stringify(data)),
    signedBy: event.source,
    traceId,
    traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-00`,
  };
}
