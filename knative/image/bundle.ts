// Writes what an image of a function holds, its bill of materials too: `node knative/image/bundle.ts FUNCTION FOLDER [--base IMAGE]`, used by the Dockerfile, `npm run image` and `npm run build`.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createBuilder } from '@dormouse/serving/process/bundle';
import { packagesWith } from '@dormouse/serving/process/native-packages';
import { readSource } from './labels.ts';
import { packagesOf } from './packages.ts';
import { sbomOf } from './sbom.ts';

const root = join(import.meta.dirname, '../..');
/** User that images run as. */
export const user = 65_532;
const maxStartMs = 2_000;

/** Bundles the program into `folder` as main.js, with V8's code cache and native packages beside it. @returns the sources of which something is in it. */
export async function bundle(source: string, folder: string): Promise<readonly string[]> {
  const work = mkdtempSync(join(tmpdir(), 'bundle-'));
  const builder = createBuilder({ folder: work, root });
  const { entry, contents } = await builder.build(source);
  await builder.rest();
  const linked = join(dirname(entry), 'node_modules');
  cpSync(dirname(entry), folder, { recursive: true, filter: (file) => !file.endsWith('.map') && file !== linked });
  const native = copyPackages(existsSync(linked) ? namesIn(linked) : [], dirname(source), folder);
  rmSync(work, { recursive: true });
  await warm(folder);
  return [...contents, ...native];
}

/** Packages that cannot be bundled, with what they need. @returns their package.json files */
function copyPackages(names: readonly string[], from: string, folder: string): string[] {
  const packages = names.flatMap((name) => [...packagesWith(name, from)]);
  return packages.map(([name, installed]) => {
    const target = join(folder, 'node_modules', name);
    cpSync(installed, target, { recursive: true, dereference: true, filter: (file) => isNeeded(name, file) });
    // Sources, for machines that have no compiled ones.
    for (const each of ['src', 'install', 'README.md']) rmSync(join(target, each), { recursive: true, force: true });
    return join(installed, 'package.json');
  });
}

/** Names of the packages in a `node_modules`, those with a scope, too. */
const namesIn = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(folder, name)).map((each) => `${name}/${each}`) : [name],
  );

/** Of fonts an image needs one weight and what tells the letters of each file: a twentieth of the package. */
const isNeeded = (name: string, file: string): boolean =>
  !name.startsWith('@fontsource/') ||
  !/\.\w+$/.test(file) ||
  /(?:-700-normal\.woff2|[\\/](?:package|unicode)\.json)$/.test(file);

/** Programs of Jobs that are no functions, by the names of their images. */
export const jobs: Readonly<Record<string, string>> = { backup: 'functions/_backup/job.ts' };

/** The program of an image, below the project. */
export const programOf = (name: string): string => jobs[name] ?? `functions/${name}/main.ts`;

/** Jobs that read the migrations of all functions at run time. */
export const readsMigrations = (name: string): boolean => name === 'migrate' || name in jobs;

/** What such a Job reads. */
export function addMigrations(folder: string): void {
  for (const each of readdirSync(join(root, 'functions'))) {
    const migrations = join(root, 'functions', each, 'migrations');
    if (existsSync(migrations)) cpSync(migrations, join(folder, 'functions', each, 'migrations'), { recursive: true });
  }
}

/** Starts the program once, with nothing to connect to: on its way out Node.js writes what it has compiled. */
async function warm(folder: string): Promise<void> {
  const cache = join(folder, 'cache');
  const nowhere = {
    PORT: '0',
    K_SERVICE: 'warm',
    DATABASE_URL: 'postgres://nobody@127.0.0.1:9/nothing',
    REDIS_URL: 'redis://127.0.0.1:9',
  };
  const child = spawn(process.execPath, [join(folder, 'main.js')], {
    env: { ...nowhere, NODE_COMPILE_CACHE: cache, NODE_COMPILE_CACHE_PORTABLE: '1' },
    cwd: folder,
    stdio: 'ignore',
    timeout: maxStartMs,
  });
  await new Promise((done) => child.once('exit', done));
  // The cache is one user's own, and its folder is called after that user.
  for (const made of existsSync(cache) ? readdirSync(cache) : [])
    renameSync(join(cache, made), join(cache, made.replace(/-\d+$/, `-${user}`)));
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { base: { type: 'string' } } });
  const [name, folder] = positionals;
  const source = join(root, programOf(name ?? ''));
  if (!name || !folder || !existsSync(source))
    throw new Error('usage: node knative/image/bundle.ts FUNCTION FOLDER, with FUNCTION one of functions/, or backup');
  const packages = packagesOf(await bundle(source, resolve(folder)));
  if (readsMigrations(name)) addMigrations(folder);
  const { version, created } = readSource(process.env.SOURCE_DATE_EPOCH);
  writeFileSync(
    join(folder, 'sbom.cdx.json'),
    sbomOf({ title: `dormouse/${name}`, version, created, packages, base: values.base }),
  );
}

if (import.meta.main)
  await main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
