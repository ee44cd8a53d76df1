import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Provenance of an image. */
export interface Source {
  version: string;
  description: string;
  license: string;
  /** The commit; `-dirty` where files differ from it. */
  revision: string | undefined;
  /** URL of the sources; undefined when unknown. */
  url: string | undefined;
  /** ISO 8601: of the sources, not of the build, so that the same sources give the same image. */
  created: string;
}

interface PackageJson {
  version: string;
  description: string;
  license: string;
}

const project = join(import.meta.dirname, '../..');

/**
 * Reads what package.json and git know.
 * @param epoch seconds (SOURCE_DATE_EPOCH, reproducible-builds.org), instead of the commit's time; 1970 where there is neither
 */
export function readSource(epoch: string | undefined, folder = project): Source {
  const { version, description, license } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  ) as PackageJson;
  const commit = git(folder, 'rev-parse', 'HEAD');
  const changed = git(folder, 'status', '--porcelain', '--untracked-files=no');
  const created = new Date(Number(epoch ?? git(folder, 'log', '-1', '--format=%ct') ?? 0) * 1000).toISOString();
  return {
    version,
    description,
    license,
    revision: commit && commit + (changed ? '-dirty' : ''),
    url: addressOf(git(folder, 'remote', 'get-url', 'origin')),
    created,
  };
}

/** Labels of an image, by their names in opencontainers/image-spec, annotations.md. */
export function labelsOf(
  title: string,
  { version, description, license, revision, url, created }: Source,
): Record<string, string> {
  const values = { title, description, source: url, revision, version, licenses: license, created };
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value ? [[`org.opencontainers.image.${name}`, value]] : [])),
  );
}

/** Omits local folders, and removes passwords from URLs. */
function addressOf(remote: string | undefined): string | undefined {
  const ssh = remote?.match(/^git@([^:]+):(.+)$/);
  const url = ssh ? `https://${ssh[1]}/${ssh[2]}` : remote;
  if (!url || !/^https?:/.test(url) || !URL.canParse(url)) return undefined;
  const { origin, pathname } = new URL(url);
  return origin + pathname.replace(/\.git$/, '');
}

/** Output of git; undefined without git or outside of a clone. */
function git(folder: string, ...args: string[]): string | undefined {
  try {
    return (
      execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() ||
      undefined
    );
  } catch {
    return undefined;
  }
}
