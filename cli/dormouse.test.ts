import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { variable } from '@dormouse/runtime/config';
import { skippedFor } from '@dormouse/tests/needs';
import { describe, expect, test } from 'vitest';

const program = join(import.meta.dirname, 'dormouse.mjs');

async function run(node: string, file: string, args: readonly string[]) {
  const child = spawn(node, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code, out, err };
}

/** A Node from 20 on that is too old for the platform, if the PATH has one. */
const oldNode = variable('PATH', '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .find((file) => existsSync(file) && /^v2[0-3]\./.test(execFileSync(file, ['--version'], { encoding: 'utf8' })));

describe('the program', () => {
  test('can be started by a link, as npm makes one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dormouse-bin-'));
    symlinkSync(program, join(folder, 'dormouse'));
    const { code, out } = await run(process.execPath, join(folder, 'dormouse'), ['--help']);
    rmSync(folder, { recursive: true });
    expect(code).toBe(0);
    expect(out).toContain('USAGE');
  });

  test('ends with 141 when nobody reads its output any more', async () => {
    const child = spawn(process.execPath, [program, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect({ code, err }).toEqual({ code: 141, err: '' });
  });

  test('prints no colours into a pipe', async () => {
    const { err } = await run(process.execPath, program, ['strat']);
    expect(err).toMatch(/^dormouse: there is no command "strat"; did you mean "start"\?[^\u001b]*\n$/);
  });
});

describe('an older Node', skippedFor(oldNode ? [] : ['a Node from 20 to 23 on the PATH']), () => {
  test('starts the Node of the packages, with the arguments and the exit code', async () => {
    expect((await run(oldNode!, program, ['events', 'tail', '--help'])).out).toContain('dormouse events tail');
    const { code, out, err } = await run(oldNode!, program, ['events', 'tial']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('did you mean "tail"?');
  });
});
