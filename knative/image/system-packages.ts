import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseEnv } from 'node:util';

/** The package of a file of the operating system. */
export interface SystemPart {
  name: string;
  version?: string;
  /** package-url; undefined: no package manager knows the file. */
  purl?: string;
  /** The source package: advisories of Debian name it. */
  source?: { name: string; version: string };
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

const format = ['Package', 'Version', 'Architecture', 'source:Package', 'source:Version']
  .map((field) => `\${${field}}`)
  .join('\t');

/** `&distro=debian-12`: without it a scanner does not know whose advisories are meant. */
function distro(): string {
  const { name, version } = operatingSystem() ?? {};
  return name && version ? `&distro=${name}-${version}` : '';
}

/** The operating system of this machine, as /etc/os-release says; undefined where nothing says it. */
export function operatingSystem(file = '/etc/os-release'): { name: string; version: string } | undefined {
  if (!existsSync(file)) return undefined;
  const fields = parseEnv(readFileSync(file, 'utf8'));
  return fields.ID && fields.VERSION_ID ? { name: fields.ID, version: fields.VERSION_ID } : undefined;
}

function versionsOf(names: readonly string[]): SystemPart[] {
  if (names.length === 0) return [];
  return query('--show', '--showformat', `${format}\n`, ...names).map((line) => {
    const [name = '', version = '', architecture = '', source = name, sourceVersion = version] = line.split('\t');
    const upstream = source === name ? '' : `&upstream=${encodeURIComponent(source)}`;
    return {
      name,
      version,
      purl: `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}${distro()}${upstream}`,
      source: { name: source, version: sourceVersion },
    };
  });
}

const fileItself = (file: string): SystemPart => ({
  name: basename(file),
  sha256: createHash('sha256').update(readFileSync(file)).digest('hex'),
});
