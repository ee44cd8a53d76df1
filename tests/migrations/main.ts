import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@dormouse/backing/postgres';
import { migrate } from '@dormouse/runtime/migrate';
import { migrationsOf } from '@dormouse/runtime/migrations-of';
import postgres from 'postgres';
import { prepareStatements } from './prepared-statements.ts';
import { applyOnly, hasReleased, presentMigrations, readReleased, writeReleased } from './released.ts';
import { statementsOf } from './statements-of.ts';

/**
 * `npm run release:schema [-- TESTS]`: declares the present schema released. Tests of the functions run on a PostgreSQL that logs every statement;
 * those that functions sent are kept, so that later schemas can be tried with them.
 */
const root = join(import.meta.dirname, '../..');
const functions = join(root, 'functions');
const roles = migrationsOf(functions).map(({ name }) => name);
const everything = [...roles.map((role) => `functions/${role}/`), 'tests/flows/', 'tests/scenarios/'];
const tests = process.argv.length > 2 ? process.argv.slice(2) : everything;

const home = mkdtempSync(join(tmpdir(), 'dormouse-statements-'));
const logging = ['logging_collector=on', 'log_destination=jsonlog', 'log_statement=all', 'log_filename=statements'];
const server = await startPostgres({ home, settings: [...logging, 'log_rotation_size=0', 'fsync=off'] });
const admin = postgres(server.url, { max: 2, onnotice: () => {} });

/** Statements of each role that the schema of `admin` takes, and those that it does not. */
async function tried(statements: Readonly<Record<string, string[]>>) {
  const taken: Record<string, string[]> = {};
  const refused: string[] = [];
  for (const [role, texts] of Object.entries(statements)) {
    const url = new URL(server.url);
    [url.username, url.password] = [role, 'test'];
    const sql = postgres(url.href, { max: 1, onnotice: () => {} });
    const prepared = await prepareStatements(await sql.reserve(), texts);
    const wrong = [...prepared.refused, ...(await prepared.broken())].map(({ statement }) => statement);
    taken[role] = texts.filter((text) => !wrong.includes(text));
    refused.push(...wrong.map((text) => `${role}: ${text.replace(/\s+/g, ' ')}`));
    await sql.end({ timeout: 1 });
  }
  return { taken, refused };
}

try {
  const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--retry', '2', ...tests], {
    cwd: root,
    env: { ...process.env, TEST_DATABASE_URL: server.url, TARGET: 'in process' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error('tests of functions fail: nothing was released');
  const log = readFileSync(join(server.outside ?? home, 'data/log/statements.json'), 'utf8');
  const sent = statementsOf(log, roles);
  if (hasReleased()) {
    await applyOnly(admin, functions, Object.keys(readReleased().migrations));
    const { refused } = await tried(sent);
    for (const each of refused) console.log(`needs the new schema, or is none of a function: ${each}`);
  }
  await migrate(
    admin,
    migrationsOf(functions).map((each) => ({ ...each, password: 'test' })),
  );
  const { taken } = await tried(sent);
  writeReleased({
    version: (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version,
    migrations: Object.fromEntries(presentMigrations(functions).map(({ name, sha256 }) => [name, sha256])),
    statements: taken,
  });
  for (const [role, texts] of Object.entries(taken)) console.log(`${role}: ${texts.length} statements`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  await admin.end({ timeout: 1 });
  await server.stop();
  for (const folder of [home, server.outside]) if (folder) rmSync(folder, { recursive: true, force: true });
}
