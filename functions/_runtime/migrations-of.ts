import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Migrations } from './migrate.ts';

/** Functions whose tables others refer to come first; the rest in order of their names. */
const first = ['categories'];

/** The functions of a folder that have migrations, in the order in which they are applied. @throws Error when there is none */
export function migrationsOf(folder: string): Pick<Migrations, 'name' | 'folder'>[] {
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'migrations')));
  if (names.length === 0) throw new Error(`no functions with migrations in ${folder}: set MIGRATIONS_DIR`);
  const sorted = [
    ...first.filter((name) => names.includes(name)),
    ...names.filter((name) => !first.includes(name)).sort(),
  ];
  return sorted.map((name) => ({ name, folder: join(folder, name, 'migrations') }));
}
