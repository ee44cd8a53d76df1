import { existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { createBuilder } from '@dormouse/serving/process/bundle';
import { programOf, readsMigrations } from './bundle.ts';
import type { Contents } from './changed-images.ts';

/** What goes into the images of these functions and Jobs: what the bundler reads, the packages' names and licences, migrations. */
export async function contentsOf(names: readonly string[], root: string): Promise<Map<string, Contents>> {
  const folder = mkdtempSync(join(tmpdir(), 'contents-'));
  const builder = createBuilder({ folder, root });
  const contents = new Map<string, Contents>();
  try {
    for (const name of names) {
      const { inputs } = await builder.build(join(root, programOf(name)));
      const sources = inputs.map((file) => relative(root, file));
      contents.set(name, [
        ...sources,
        ...packageFilesOf(sources, root),
        ...(readsMigrations(name) ? migrations(root) : []),
      ]);
    }
  } finally {
    await builder.rest();
    rmSync(folder, { recursive: true });
  }
  return contents;
}

/** Some Jobs' images hold the migrations of all functions. */
const migrations = (root: string) => globSync('functions/*/migrations', { cwd: root }).map((folder) => `${folder}/`);

/** The package.json files above these sources: the bill of materials is made of them. */
function packageFilesOf(sources: readonly string[], root: string): string[] {
  const own = sources.filter((file) => !file.startsWith('node_modules/'));
  const folders = new Set(own.flatMap((file) => foldersAbove(dirname(file))));
  return [...folders].map((folder) => join(folder, 'package.json')).filter((file) => existsSync(join(root, file)));
}

const foldersAbove = (folder: string): string[] =>
  folder === '.' || folder === '' ? [] : [folder, ...foldersAbove(dirname(folder))];
