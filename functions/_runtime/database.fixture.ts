import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import * as v from 'valibot';
import { migrate } from './migrate.ts';

/** A database with the runtime's own tables in the schemas of functions that have nothing else. */
export async function runtimeDatabase(...names: string[]): Promise<TestDatabase> {
  const db = await testDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'dormouse-runtime-'));
  await migrate(
    db.admin,
    names.map((name) => ({ name, folder, password: 'test' })),
  );
  return db;
}

/** An event of no function. */
export const noted = {
  type: 'dev.dormouse.note.noted.v1',
  schema: v.object({ n: v.number() }),
  emitted: 'When something is noted.',
  source: '/notes',
} as const;
