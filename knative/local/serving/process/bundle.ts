import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import type { BuildOptions, Metafile } from 'esbuild';
import { explicitSdk, hasOtherSdk } from './explicit-sdk.ts';
import type { FolderProgram } from './folder-program.ts';
import { linkPackages, nativeIn, nativePackages } from './native-packages.ts';
import { sharedModules } from './shared-modules.ts';

/** A program made ready to run. */
export interface Bundle {
  /** Hash of what it was made from and how. */
  hash: string;
  /** Absolute path of the JavaScript file to start. */
  entry: string;
  /** Folder of V8's code cache for it. */
  cache: string;
  /** Absolute paths of every file that went into it. */
  inputs: readonly string[];
  /** Those files that tree shaking kept in the output. */
  contents: readonly string[];
  /** Whether it was built now rather than found in the cache. */
  fresh: boolean;
  /** It is run as it is, in its folder: then there is nothing at `entry`. */
  unbundled?: FolderProgram;
  /** Programs of the containers beside it and before it, by their names. */
  beside?: Readonly<Record<string, Bundle>>;
}

/** A source that cannot be built; the message begins with `file:line:column`. */
export class BuildError extends Error {
  override name = 'BuildError';
}

export interface Builder {
  /**
   * Bundles the program at `source`; a program that has not changed is taken from the cache.
   * @param files patterns of files that it reads at run time: they are part of its hash
   */
  build(source: string, files?: readonly string[]): Promise<Bundle>;
  /** Stops esbuild and frees its memory. */
  rest(): Promise<void>;
}

interface Found {
  hash: string;
  /** Size, modification time and content hash of each file, as of the build. */
  inputs: Record<string, { size: number; time: number; hash: string }>;
  contents: string[];
}

/** Version of the build step: change it when the build itself changes. */
const recipe = '9';

/** CommonJS code in an ES module needs these. */
const banner = `import { createRequire as dormouseRequire } from 'node:module'; const require = dormouseRequire(import.meta.url); const __filename = import.meta.filename; const __dirname = import.meta.dirname;`;

/**
 * Builds programs to `folder`: one file for what is loaded at start, further ones for what is imported later.
 * esbuild is loaded only when something has changed, and unloaded afterwards: idle, it would take most of the platform's memory.
 *
 * @param shared absolute paths of modules that are built once: every program that imports one loads that build, so that a
 * process may have loaded it before it knows its program
 */
export function createBuilder({
  folder,
  root,
  shared = [],
}: {
  folder: string;
  root: string;
  shared?: readonly string[];
}): Builder {
  const version = (createRequire(import.meta.url)('esbuild/package.json') as { version: string }).version;
  const how = sha(`${recipe} ${version} ${process.version}`);
  const turns = new Map<string, Promise<Bundle>>();
  let running = 0;
  let used = false;
  const rest = async () => {
    if (!used || running > 0) return;
    used = false;
    const { stop } = await import('esbuild');
    await stop();
  };
  const builder: Builder = {
    rest,
    async build(source, files = []) {
      const program = resolve(source);
      const directory = join(folder, `${nameOf(program)}-${sha(program).slice(0, 8)}`);
      // Two images may contain the same program: the second reuses the build of the first.
      const before = turns.get(directory);
      running++;
      const mine = (async () => {
        await before?.catch(() => {});
        const known = unchanged(directory, how, files);
        if (known) return bundleOf(directory, known, false);
        used = true;
        return bundleOf(directory, await make(program, files, { directory, how, root, shared, builder }), true);
      })().finally(() => running--);
      turns.set(directory, mine);
      return mine;
    },
  };
  return builder;
}

const sha = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');

/** `functions/NAME/main.ts` → `NAME`. */
const nameOf = (program: string) =>
  basename(program).startsWith('main.') ? basename(dirname(program)) : basename(program).replace(/\.[^.]*$/, '');

function bundleOf(directory: string, { hash, inputs, contents }: Found, fresh: boolean): Bundle {
  const made = join(directory, hash);
  return {
    hash,
    entry: join(made, 'main.js'),
    cache: join(made, 'cache'),
    inputs: Object.keys(inputs),
    contents,
    fresh,
  };
}

/** The earlier build, if no file has changed since. */
function unchanged(directory: string, how: string, files: readonly string[]): Found | undefined {
  try {
    const found = JSON.parse(readFileSync(join(directory, 'built.json'), 'utf8')) as Found & { how: string };
    if (found.how !== how || !statSync(join(directory, found.hash, 'main.js')).isFile()) return undefined;
    if (globSync(files).some((file) => !found.inputs[file])) return undefined;
    for (const [file, was] of Object.entries(found.inputs)) {
      const now = statSync(file);
      if (now.size !== was.size) return undefined;
      if (now.mtimeMs !== was.time && sha(readFileSync(file)) !== was.hash) return undefined;
    }
    return found;
  } catch {
    return undefined;
  }
}

interface MakeOptions {
  directory: string;
  how: string;
  root: string;
  shared: readonly string[];
  builder: Builder;
}

async function make(
  program: string,
  files: readonly string[],
  { directory, how, root, shared, builder }: MakeOptions,
): Promise<Found> {
  const { build } = await import('esbuild');
  const temporary = join(directory, `making-${process.pid}-${Date.now()}`);
  const options = {
    entryPoints: { main: program },
    outdir: temporary,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    conditions: ['module'],
    minify: true,
    keepNames: true,
    legalComments: 'none',
    sourcemap: 'linked',
    chunkNames: 'chunk-[hash]',
    banner: { js: banner },
    external: [...nativePackages],
    metafile: true,
    logLevel: 'silent',
    absWorkingDir: root,
    loader: { '.sql': 'text', '.css': 'text', '.svg': 'text', '.node': 'copy' },
  } as const satisfies BuildOptions;
  const { plugin, used } = sharedModules(shared, builder.build, temporary);
  const result = await build({ ...options, plugins: [plugin, explicitSdk] })
    .then((made) => {
      if (!hasOtherSdk(made.metafile)) return made;
      rmSync(temporary, { recursive: true, force: true });
      return build({ ...options, plugins: [plugin] });
    })
    .catch((error: unknown) => {
      rmSync(temporary, { recursive: true, force: true });
      throw new BuildError(explain(error, root));
    });
  const read = [
    ...filesIn(result.metafile).map((file) => resolve(root, file)),
    ...globSync(files),
    ...used().flatMap((each) => each.inputs),
  ];
  const inputs = Object.fromEntries(read.map((file) => [file, stamp(file)]));
  const hash = sha(how + Object.entries(inputs).map(([file, each]) => `${file} ${each.hash}`)).slice(0, 16);
  writeFileSync(join(temporary, 'package.json'), '{"type":"module"}');
  linkPackages(nativeIn(result.metafile.outputs), program, temporary);
  rmSync(join(directory, hash), { recursive: true, force: true });
  renameSync(temporary, join(directory, hash));
  const found = {
    how,
    hash,
    inputs,
    contents: [...contentsOf(result.metafile, root), ...used().flatMap((each) => each.contents)],
  };
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'built.json.new'), JSON.stringify(found));
  renameSync(join(directory, 'built.json.new'), join(directory, 'built.json'));
  prune(directory, hash);
  return found;
}

/** Paths of its sources; external modules are not files. */
const filesIn = ({ inputs }: { inputs: object }) => Object.keys(inputs).filter((file) => !file.startsWith('left-out:'));

/** Files that tree shaking removed completely are not inputs of an output. */
const contentsOf = ({ outputs }: Metafile, root: string) => [
  ...new Set(Object.values(outputs).flatMap((each) => filesIn(each).map((file) => resolve(root, file)))),
];

function stamp(file: string): Found['inputs'][string] {
  const { size, mtimeMs } = statSync(file);
  return { size, time: mtimeMs, hash: sha(readFileSync(file)) };
}

/** Keeps this build and the one before, which may still be running. */
function prune(directory: string, hash: string): void {
  const builds = readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== hash)
    .map(({ name }) => ({ name, time: statSync(join(directory, name)).mtimeMs }))
    .sort((one, other) => other.time - one.time);
  for (const { name } of builds.slice(1)) rmSync(join(directory, name), { recursive: true, force: true });
}

function explain(error: unknown, root: string): string {
  const { errors } = error as {
    errors?: { text: string; location: { file: string; line: number; column: number } | null }[];
  };
  const [first] = errors ?? [];
  if (!first) return (error as Error).message;
  const more = errors!.length > 1 ? ` (and ${errors!.length - 1} more)` : '';
  const { location } = first;
  return `${location ? `${resolve(root, location.file)}:${location.line}:${location.column + 1}: ` : ''}${first.text}${more}`;
}
