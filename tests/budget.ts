/** Prints how the code stands against the house style: a mirror, not a gate. `npm run budget` */
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { measure } from './source-measures.ts';

const tracked = execFileSync('git', ['ls-files', '*.ts'], { encoding: 'utf8' }).trim().split('\n');
const files = tracked.map((path) => ({
  path,
  test: /\.(test|fixture|setup)\.ts$|^tests\//.test(path),
  ...measure(path, readFileSync(path, 'utf8')),
}));
const sources = files.filter(({ test }) => !test);
const tests = files.filter(({ test }) => test);
const functions = sources.flatMap(({ path, functions }) => functions.map((each) => ({ ...each, path })));

printFiles();
printFunctions();
printComments();
printDependencies();

function printFiles(): void {
  const [code, testCode] = [sum(sources.map((each) => each.code)), sum(tests.map((each) => each.code))];
  console.log(`source: ${sources.length} files, ${code} lines of code; per file ${spread(sources)}`);
  console.log(`tests: ${tests.length} files, ${testCode} lines; ${(testCode / code).toFixed(2)} per line of code`);
  const withAny = files.filter(({ anys }) => anys > 0).map(({ path }) => path);
  console.log(`any: ${withAny.join(', ') || 'none'}`);
  console.log('longest files:');
  for (const { path, code } of longest(sources)) console.log(`  ${code} ${path}`);
}

function printFunctions(): void {
  const long = functions.filter(({ code }) => code > 80).length;
  console.log(`functions: ${functions.length} with a name; lines of code ${spread(functions)}; ${long} over 80`);
  console.log('longest functions:');
  for (const { name, code, path } of longest(functions)) console.log(`  ${code} ${name} (${path})`);
}

function printComments(): void {
  const share = (part: 'surface' | 'inside') => {
    const comment = sum(sources.map((each) => each[part].comment));
    return `${((100 * comment) / (comment + sum(sources.map((each) => each[part].code)))).toFixed(1)} %`;
  };
  console.log(
    `comments: ${share('surface')} of the lines of exported declarations, ${share('inside')} inside functions`,
  );
}

/** Packages from a registry; those of this repository are not counted. */
function printDependencies(): void {
  console.log('dependencies of each function:');
  for (const file of globSync('functions/[a-z]*/package.json').sort()) {
    const { dependencies = {} } = JSON.parse(readFileSync(file, 'utf8')) as { dependencies?: Record<string, string> };
    const own = Object.keys(dependencies).filter((name) => !name.startsWith('@dormouse/'));
    console.log(`  ${own.length} ${dirname(file)}${own.length > 0 ? `: ${own.join(', ')}` : ''}`);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function spread(list: readonly { code: number }[]): string {
  const sizes = list.map(({ code }) => code).sort((a, b) => a - b);
  const at = (share: number) => sizes[Math.ceil(share * sizes.length) - 1];
  return `p50 ${at(0.5)}, p95 ${at(0.95)}`;
}

function longest<T extends { code: number }>(list: readonly T[]): T[] {
  return list.toSorted((a, b) => b.code - a.code).slice(0, 8);
}
