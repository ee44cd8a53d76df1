import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createBuilder } from './bundle.ts';
import { startChild } from './child-process.ts';
import { needsOwnProcess } from './prewarmed-process.ts';

const root = mkdtempSync(join(tmpdir(), 'dormouse-prewarmed-'));
const builder = createBuilder({ folder: join(root, 'build'), root });
afterAll(async () => {
  await builder.rest();
  rmSync(root, { recursive: true, force: true });
});

it('has loaded what programs share, without anything of the environment of the program that it becomes', async () => {
  const write = (name: string, text: string) => {
    writeFileSync(join(root, name), text);
    return join(root, name);
  };
  const loaded = join(root, 'loaded');
  const preloaded = write(
    'preloaded.mjs',
    `import { writeFileSync } from 'node:fs'; export const seen = process.env.SECRET ?? 'nothing'; writeFileSync(${JSON.stringify(loaded)}, '');`,
  );
  const entry = write(
    'main.mjs',
    `import { seen } from './preloaded.mjs'; console.log(JSON.stringify({ seen, secret: process.env.SECRET, argv: process.argv.slice(1) })); process.exit(0);`,
  );
  const { entry: launcher } = await builder.build(join(import.meta.dirname, 'launcher.ts'));
  const child = startChild(launcher, {}, undefined, [preloaded]);
  await expect.poll(() => existsSync(loaded), { timeout: 20_000 }).toBe(true);
  const lines: string[] = [];
  child.become({ env: { SECRET: 'its own' }, cwd: root, entry, args: ['--port'], cache: join(root, 'cache') }, (line) =>
    lines.push(line),
  );
  expect(await child.exited).toEqual({ code: 0, signal: null });
  expect(JSON.parse(lines[0] ?? '{}')).toEqual({ seen: 'nothing', secret: 'its own', argv: [entry, '--port'] });
});

it.each([
  [{ NODE_OPTIONS: '--enable-source-maps' }, true],
  [{ DEBUG: 'ioredis:*' }, true],
  [{ DEBUG_COLORS: '1' }, true],
  [{ DEBUGGER_URL: 'http://127.0.0.1' }, false],
  [{ PORT: '8080' }, false],
])('is not for a program with %j: %s', (env, own) => expect(needsOwnProcess(env)).toBe(own));
