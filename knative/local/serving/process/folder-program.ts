import { accessSync, constants, existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/** The program of a folder, which stands for an image's entry point. */
export interface FolderProgram {
  /** Absolute path; the program runs there. */
  folder: string;
  /** Program and arguments, or a line for the shell. */
  entry: readonly string[] | string;
}

const scripts = ['server.js', 'index.js', 'app.js', 'main.js', 'server.mjs', 'index.mjs', 'main.mjs', 'main.ts'];
const pythonScripts = ['main.py', 'app.py', 'server.py'];

/**
 * What a folder runs: the line `web:` of a Procfile, `start` or `main` of package.json, a script of Node.js or Python with a
 * usual name, an executable called as the image, `server`, `app` or `main`, or the Go program of a module.
 * @param name last part of the image's name
 * @returns undefined when there is nothing of it
 */
export function programInFolder(folder: string, name: string): FolderProgram | undefined {
  const entry =
    ofProcfile(folder) ?? ofPackage(folder) ?? ofScripts(folder) ?? ofExecutable(folder, name) ?? ofModule(folder);
  return entry ? { folder, entry } : undefined;
}

function ofProcfile(folder: string): string | undefined {
  const file = join(folder, 'Procfile');
  return existsSync(file) ? /^web:\s*(.+)$/m.exec(readFileSync(file, 'utf8'))?.[1]?.trim() : undefined;
}

function ofPackage(folder: string): FolderProgram['entry'] | undefined {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return undefined;
  const { scripts = {}, main } = JSON.parse(readFileSync(file, 'utf8')) as {
    scripts?: { start?: string };
    main?: string;
  };
  if (scripts.start) return scripts.start;
  return main && existsSync(join(folder, main)) ? ['node', main] : undefined;
}

function ofScripts(folder: string): string[] | undefined {
  const script = scripts.find((each) => existsSync(join(folder, each)));
  if (script) return ['node', script];
  const python = pythonScripts.find((each) => existsSync(join(folder, each)));
  return python === undefined ? undefined : ['python3', python];
}

function ofExecutable(folder: string, name: string): string[] | undefined {
  const found = [name, 'server', 'app', 'main'].find((each) => isExecutable(join(folder, each)));
  return found === undefined ? undefined : [`./${found}`];
}

/** A program in Go that nobody has built yet. */
const ofModule = (folder: string): string[] | undefined =>
  ['go.mod', 'main.go'].every((each) => existsSync(join(folder, each))) ? ['go', 'run', '.'] : undefined;

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * The command line of an instance, as Kubernetes puts it together: `command` takes the place of the image's entry point,
 * `args` follow it.
 */
export function argvOf(
  { folder, entry }: FolderProgram,
  { command, args }: { command: readonly string[]; args: readonly string[] },
): string[] {
  const [first, ...rest] = command;
  if (first !== undefined) return [here(folder, first), ...rest, ...args];
  if (typeof entry !== 'string') return [...entry, ...args];
  return ['/bin/sh', '-c', args.length > 0 ? `${entry} "$@"` : entry, 'sh', ...args];
}

/** A path of the image in the folder of this machine: the folder stands for the place where the image keeps its program. */
const here = (folder: string, path: string) =>
  path.startsWith('/') && !existsSync(path) ? (inFolder(folder, path) ?? path) : path;

/** The longest end of an image's path that exists in the folder. */
function inFolder(folder: string, path: string): string | undefined {
  const parts = path.split('/').filter(Boolean);
  return parts.map((_, at) => join(folder, ...parts.slice(at))).find((each) => existsSync(each));
}

/** The folder to run in, for a container's `workingDir`. */
export const workingFolder = (folder: string, workingDir: string | undefined): string =>
  (workingDir === undefined ? undefined : inFolder(folder, workingDir)) ?? folder;

/** Whether servers of the program can be made to listen on an address of their own: those of Node.js and Python can. */
export const canBeAddressed = (argv: readonly string[]): boolean =>
  /(?:^|[\s/])(?:node|npm|npx|yarn|pnpm|tsx|python[\d.]*|gunicorn|flask|waitress-serve)(?:\s|$)/.test(argv.join(' '));

const sources = '**/*.{js,cjs,mjs,jsx,ts,tsx,py,go,rb,php,pl,sh,html,ejs,hbs,pug,mustache,css}';
const settings = ['package.json', 'package-lock.json', 'requirements.txt', 'Procfile'];
const left = new Set(['node_modules', '__pycache__', '.git', '.venv', 'venv', '.dormouse']);

/** Files whose change restarts the program: its sources, not what it may write itself. Absolute paths. */
export function sourcesOf({ folder, entry }: FolderProgram): string[] {
  const own = typeof entry === 'string' ? [] : entry.filter((each) => existsSync(join(folder, each)));
  const found = globSync(sources, { cwd: folder, exclude: (path) => left.has(basename(path)) });
  return [...new Set([...settings.filter((each) => existsSync(join(folder, each))), ...own, ...found])]
    .map((each) => join(folder, each))
    .sort();
}
