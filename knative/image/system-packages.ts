import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** The package of a file of the operating system. */
export interface SystemPart {
  name: string;
  version?: string;
  /** package-url; undefined: no package manager knows the file. */
  purl?: string;
  /** Of a file that belongs to no package. */
  sha256?: string;
}

/** The Debian packages that files of this machine belong to; a file that belongs to none stands for itself. */
export function systemPartsOf(files: readonly string[]): SystemPart[] {
  const owners = new Map(files.map((file) => [file, undefined as string | undefined]));
  for (const [owner, path] of ownersOf(files.flatMap(pathVariants))) {
    const file = files.find((each) => pathVariants(each).includes(path));
    if (file) owners.set(file, owner);
  }
  const packages = versionsOf([...new Set(owners.values())].filter((owner) => owner !== undefined));
  const strangers = [...owners].filter(([, owner]) => owner === undefined).map(([file]) => fileItself(file));
  return [...packages, ...strangers].sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** /lib and /usr/lib are one folder, and the package manager knows a file by one of the two names. */
const pathVariants = (file: string) => [file, file.startsWith('/usr/') ? file.slice(4) : `/usr${file}`];

function query(...args: string[]): string[] {
  const { stdout } = spawnSync('dpkg-query', args, { encoding: 'utf8' });
  return (stdout ?? '').split('\n').filter((line) => line !== '');
}

const ownersOf = (files: readonly string[]) =>
  query('--search', ...files).flatMap((line) =>
    [...line.matchAll(/^(\S+): (.*)$/g)].map(([, owner, file]) => [owner, file] as const),
  ) as [string, string][];

const format = ['Package', 'Version', 'Architecture'].map((field) => `\${${field}}`).join('\t');

function versionsOf(names: readonly string[]): SystemPart[] {
  if (names.length === 0) return [];
  return query('--show', '--showformat', `${format}\n`, ...names).map((line) => {
    const [name = '', version = '', architecture = ''] = line.split('\t');
    return {
      name,
      version,
      purl: `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}`,
    };
  });
}

const fileItself = (file: string): SystemPart => ({
  name: basename(file),
  sha256: createHash('sha256').update(readFileSync(file)).digest('hex'),
});
