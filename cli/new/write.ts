import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from '../usage-error.ts';
import type { Files } from './files.ts';

/** Writes all files, or none if one that shall be new is there; formats them, and brings up to date what is generated. */
export function write(root: string, { created, changed }: Files): void {
  const there = [...created.keys()].find((path) => existsSync(join(root, path)));
  if (there) throw new UsageError(`${there} is there already`);
  for (const [path, text] of [...created, ...changed]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const formatted = [...created.keys(), ...changed.keys()].filter((path) => /\.(ts|json)$/.test(path));
  run(root, 'node_modules/.bin/biome', [
    'check',
    '--write',
    ...formatted.filter((path) => path !== 'package-lock.json'),
  ]);
  for (const program of generators(root)) run(root, process.execPath, program);
}

/** Programs of `npm run generate`, with their arguments: a shell and npm are not needed. */
function generators(root: string): string[][] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { generate: string } };
  return scripts.generate.split('&&').map((command) => command.trim().split(/\s+/).slice(1));
}

function run(root: string, program: string, args: readonly string[]): void {
  try {
    execFileSync(program.startsWith('/') ? program : join(root, program), args, { cwd: root, stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: Buffer; stderr: Buffer };
    throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  }
}
