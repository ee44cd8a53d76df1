import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Migrations, migrateWithin } from '@dormouse/runtime/migrate';
import { migrationsOf } from '@dormouse/runtime/migrations-of';
import type postgres from 'postgres';

/** What the last release had. */
export interface ReleasedSchema {
  version: string;
  /** SHA-256 of each migration's file by `function/file`, in the order of their application. */
  migrations: Record<string, string>;
  /** Every statement that its functions sent to PostgreSQL while its tests ran, by role. */
  statements: Record<string, string[]>;
}

const file = join(import.meta.dirname, 'released.json');

/** Reads what `npm run release:schema` wrote. */
export const readReleased = (): ReleasedSchema => JSON.parse(readFileSync(file, 'utf8')) as ReleasedSchema;

/** Writes what {@link readReleased} reads. */
export const writeReleased = (released: ReleasedSchema): void =>
  writeFileSync(file, `${JSON.stringify(released, null, 2)}\n`);

/** Whether there has been a release. */
export const hasReleased = (): boolean => existsSync(file);

/** A migration that is there now. */
export interface PresentMigration {
  /** `function/file` */
  name: string;
  role: string;
  text: string;
  sha256: string;
}

/** The migrations of a folder of functions, in the order of their application. */
export const presentMigrations = (functions: string): PresentMigration[] =>
  migrationsOf(functions).flatMap(({ name: role, folder }) =>
    readdirSync(folder)
      .sort()
      .map((entry) => {
        const text = readFileSync(join(folder, entry), 'utf8');
        return { name: `${role}/${entry}`, role, text, sha256: createHash('sha256').update(text).digest('hex') };
      }),
  );

/** Applies these files and no others; roles can log in with the password of test databases. */
export async function applyOnly(sql: postgres.Sql, functions: string, names: Iterable<string>): Promise<void> {
  const all = migrationsOf(functions).map((each): Migrations => ({ ...each, password: 'test' }));
  const connection = await sql.reserve();
  try {
    await connection`BEGIN`;
    await migrateWithin(connection, all, new Set(names));
    await connection`COMMIT`;
  } finally {
    connection.release();
  }
}
