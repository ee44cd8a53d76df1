import { posix } from 'node:path';
import { blocksOf } from './markdown.ts';

/** Whether the checkout has a file or a folder, by its path below the root. */
export type Exists = (path: string) => boolean;

/**
 * Commands of a page that fail for who types them one after the other, from the root of a checkout on: they name files that
 * are not there, or not from the folder that an earlier `cd` led to; they run scripts of npm in another package; they
 * run TypeScript by the Node.js on the PATH, which may be too old. Each with its line and what is wrong.
 */
export function commandsThatFail(page: string, text: string, exists: Exists): string[] {
  // What a tutorial's reader makes is not in the checkout; a test follows that page.
  const makesFiles = text.includes('<!-- followed by ');
  let folder = '';
  return typedLines(text).flatMap(({ command, line }) => {
    const [, subshell, change] = /^\s*(\()?cd ([\w./-]+)/.exec(command) ?? [];
    const there = change === undefined ? folder : posix.normalize(posix.join(folder, change)).replace(/^\.$/, '');
    const faults = [
      ...(change === undefined || there === '' || exists(there) ? [] : [`there is no folder ${there}`]),
      ...pathsIn(command).flatMap((path) => {
        if (path === change || exists(posix.join(there, path))) return [];
        if (exists(path)) return [`in ${there || 'the root'} there is no ${path}`];
        return makesFiles ? [] : [`there is no ${path}`];
      }),
      ...(/\bnpm (start|run|test)\b/.test(command) && packageOf(there, exists) !== ''
        ? [`${packageOf(there, exists)} is a package of its own`]
        : []),
      ...(/(?<!npx )\bnode (?!-)[\w./-]+\.ts\b/.test(command) ? ['npx node FILE.ts'] : []),
    ];
    if (!subshell) folder = there;
    return faults.map((fault) => `${page}:${line}: ${fault}`);
  });
}

/** The folder of the package.json that npm takes for a folder: the nearest one above. */
function packageOf(folder: string, exists: Exists): string {
  if (folder === '' || exists(posix.join(folder, 'package.json'))) return folder;
  return packageOf(posix.dirname(folder).replace(/^\.$/, ''), exists);
}

/** Paths that begin with a folder of the root and have no placeholder (NAME, `…`, `*`, `{a,b}`, `$name`). */
const pathsIn = (command: string): string[] =>
  [
    ...command.matchAll(
      /(?<=^|[\s'"=])(?:\.ci|cli|docs|events|functions|knative|observability|terraform|tests)\/[^\s'"`)|;,]*/g,
    ),
  ]
    .map(([path]) => path.replace(/\/$/, ''))
    .filter((path) => /^[a-z0-9_./-]+$/.test(path));

/** Lines that a page says to type: all of a block of shell, those behind a prompt where output stands between. */
function typedLines(text: string): { command: string; line: number }[] {
  return blocksOf(text).flatMap(({ type, info, content, map }) => {
    const language = info.split(' ')[0];
    if (type !== 'fence' || !['sh', 'console', ''].includes(language as string)) return [];
    const lines = content.split('\n').map((command, at) => ({ command, line: (map?.[0] ?? 0) + at + 2 }));
    const prompted = lines.filter(({ command }) => command.startsWith('$ '));
    if (prompted.length > 0) return prompted.map(({ command, line }) => ({ command: command.slice(2), line }));
    return language === 'sh' ? lines : lines.filter(({ command }) => /^(npm|npx|node|kubectl) /.test(command));
  });
}
