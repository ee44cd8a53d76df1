import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '../command-error.ts';
import { errorLine } from './error-line.ts';
import type { Files } from './files.ts';

/**
 * Formats what was written, and brings up to date what is generated.
 * @throws CommandError naming the program that fails, and why
 */
export function complete(root: string, { created, changed }: Files): void {
  const formatted = [...created.keys(), ...changed.keys()].filter(
    (path) => /\.(ts|json)$/.test(path) && path !== 'package-lock.json',
  );
  run(root, join(root, 'node_modules/.bin/biome'), ['check', '--write', ...formatted]);
  for (const program of generators(root)) run(root, process.execPath, program);
}

/** Programs of `npm run generate`, with their arguments: a shell and npm are not needed. */
function generators(root: string): string[][] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { generate: string } };
  return scripts.generate.split('&&').map((command) => command.trim().split(/\s+/).slice(1));
}

function run(root: string, program: string, args: readonly string[]): void {
  // The folder of dormouse.mjs: stripping types and compiling take most of a generator's time.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/dormouse') };
  try {
    execFileSync(program, args, { cwd: root, stdio: 'pipe', env });
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: Buffer; stderr?: Buffer };
    const name = program === process.execPath ? `node ${args.join(' ')}` : 'biome check --write';
    throw new CommandError(
      `the files above are written, but "${name}" failed: ${errorLine(`${stderr}\n${stdout}`) || message}`,
    );
  }
}
