import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '@dormouse/runtime/migrate';
import { migrationsOf } from '@dormouse/runtime/migrations-of';
import { expect, test } from 'vitest';
import { testDatabase } from '../database.ts';
import { prepareStatements } from './prepared-statements.ts';
import { applyOnly, readReleased } from './released.ts';

const functions = join(import.meta.dirname, '../../functions');
const released = readReleased();

/**
 * What happens to functions of the last release that are connected while the migrations of a folder are applied, and to those that
 * connect afterwards: `role: message: statement`.
 */
async function brokenBy(folder: string): Promise<string[]> {
  const db = await testDatabase();
  await applyOnly(db.admin, functions, Object.keys(released.migrations));
  const connected = await Promise.all(
    Object.entries(released.statements).map(async ([role, statements]) => {
      const session = await db.as(role).reserve();
      return { role, session, statements, prepared: await prepareStatements(session, statements) };
    }),
  );
  await migrate(db.admin, migrationsOf(folder));
  const broken: string[] = [];
  for (const { role, session, statements, prepared } of connected) {
    const later = await db.as(role).reserve();
    const anew = await prepareStatements(later, statements);
    const problems = [...prepared.refused, ...(await prepared.broken()), ...anew.refused, ...(await anew.broken())];
    broken.push(...problems.map(({ statement, message }) => `${role}: ${message}: ${statement}`));
    session.release();
    later.release();
  }
  await db.drop();
  return broken;
}

function withMigration(name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'dormouse migrations '));
  for (const each of migrationsOf(functions))
    cpSync(each.folder, join(folder, each.name, 'migrations'), { recursive: true });
  writeFileSync(join(folder, name), text);
  return folder;
}

test('statements of the last release work on the present schema, in connections of before too', async () => {
  expect(Object.values(released.statements).flat().length).toBeGreaterThan(50);
  expect(await brokenBy(functions)).toEqual([]);
});

test.each([
  [
    'a column that it reads is renamed',
    'ALTER TABLE posts RENAME COLUMN excerpt TO teaser',
    'column p.excerpt does not exist',
  ],
  ['a function that it calls is gone', 'DROP FUNCTION claim_slug(bigint, text, text)', 'function claim_slug'],
  ['it may not do what it does', 'REVOKE SELECT ON revisions FROM posts', 'permission denied for table revisions'],
])('seen: %s', async (_, text, message) => {
  const folder = withMigration('posts/migrations/999-planted.sql', text);
  const broken = await brokenBy(folder);
  rmSync(folder, { recursive: true });
  expect(broken).toContainEqual(expect.stringContaining(message));
});
