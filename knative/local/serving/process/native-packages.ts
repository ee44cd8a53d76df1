import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** npm packages with native parts: they cannot be bundled, and stand in `node_modules` beside the program. */
export const nativePackages: readonly string[] = ['sharp', '@takumi-rs/core', '@node-rs/argon2'];

/** Packages whose files are read at run time, by the native one that reads them. */
const readBy: Readonly<Record<string, readonly string[]>> = {
  '@takumi-rs/core': [
    '@fontsource/noto-emoji',
    '@fontsource/noto-sans-arabic',
    '@fontsource/noto-sans-hebrew',
    '@fontsource/noto-sans-kr',
  ],
};

interface Output {
  imports: readonly { path: string; external?: boolean }[];
}

/** Those that a program imports, and what they read. */
export const nativeIn = (outputs: Readonly<Record<string, Output>>): string[] =>
  nativePackages
    .filter((name) =>
      Object.values(outputs).some(({ imports }) =>
        imports.some((each) => each.external === true && each.path === name),
      ),
    )
    .flatMap((name) => [name, ...(readBy[name] ?? [])]);

/** Lets a program in `folder` import packages that are installed for its source. What is not installed is left out: the import says so. */
export function linkPackages(names: readonly string[], source: string, folder: string): void {
  for (const name of names) {
    const installed = installedAt(name, dirname(source));
    if (!installed) continue;
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(installed, link, 'junction');
  }
}

/** An installed package and all that it needs and that is installed: folders by names. */
export function packagesWith(name: string, from: string, found = new Map<string, string>()): Map<string, string> {
  const folder = found.has(name) ? undefined : installedAt(name, from);
  if (!folder) return found;
  found.set(name, folder);
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  ) as Record<string, Record<string, string> | undefined>;
  for (const each of Object.keys({ ...dependencies, ...optionalDependencies })) packagesWith(each, folder, found);
  return found;
}

/** Where Node.js would look for a package that a file in `from` imports. */
function installedAt(name: string, from: string): string | undefined {
  const folder = join(from, 'node_modules', name);
  if (existsSync(join(folder, 'package.json'))) return folder;
  return dirname(from) === from ? undefined : installedAt(name, dirname(from));
}
