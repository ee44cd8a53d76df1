import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { catalogue } from './catalogue.ts';
import { documents } from './documents.ts';
import { readExamples } from './examples.ts';

/** Paths below `folder` that differ from what they should hold, that are missing, or that nothing generates any more. */
export function outdated(folder: string, wanted: ReadonlyMap<string, string>): string[] {
  const present = existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    : [];
  const surplus = present
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((path) => !wanted.has(path));
  const different = [...wanted].filter(
    ([path, text]) => !existsSync(join(folder, path)) || readFileSync(join(folder, path), 'utf8') !== text,
  );
  return [...different.map(([path]) => path), ...surplus].sort();
}

/** Brings `folder` to exactly the wanted documents; answers the paths it had to change. */
export function generate(folder: string, wanted: ReadonlyMap<string, string>): string[] {
  const changed = outdated(folder, wanted);
  for (const path of changed) {
    const text = wanted.get(path);
    if (text === undefined) {
      rmSync(join(folder, path));
      continue;
    }
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return changed;
}

/**
 * Updates a folder of generated files; with `--check` only lists outdated files and exits with 1.
 * @param name of the folder, from the project's root
 */
export function generateOrCheck(name: string, folder: string, wanted: ReadonlyMap<string, string>): void {
  const check = process.argv.includes('--check');
  const changed = check ? outdated(folder, wanted) : generate(folder, wanted);
  for (const path of changed) console.log(`${check ? 'out of date: ' : 'written: '}${name}/${path}`);
  if (!check || changed.length === 0) return;
  console.error('Run `npm run generate` and commit the result.');
  process.exitCode = 1;
}

if (import.meta.main) {
  const wanted = documents(
    catalogue,
    readExamples().map(({ event }) => event),
  );
  generateOrCheck('events/generated', fileURLToPath(new URL('./generated', import.meta.url)), wanted);
}
