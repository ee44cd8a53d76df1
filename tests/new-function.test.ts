import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyCheckout } from './checkout-copy.ts';

/** Every combination that the templates know. */
const functions = {
  naps: '--path /naps --table --events dev.dormouse.nap.begun.v1,dev.dormouse.post.published.v1',
  pillows: '--path /blog/pillows',
  sheep: '--events dev.dormouse.post.created.v1,dev.dormouse.post.deleted.v1',
  dreams: '--table --events dev.dormouse.user.registered.v1,dev.dormouse.dream.seen.v1',
  snores: '--path /api/snores --table',
};

describe('functions made by npm run new', { timeout: 300_000 }, () => {
  let copy: string;
  const node = (...args: string[]) =>
    new Promise<{ code: number; output: string }>((done) => {
      const { VITEST: _, NODE_OPTIONS: __, ...env } = process.env;
      execFile(process.execPath, args, { cwd: copy, env, maxBuffer: 2 ** 26 }, (error, out, err) =>
        done({ code: error ? 1 : 0, output: out + err }),
      );
    });
  const bin = (name: string, ...args: string[]) => node(join(copy, 'node_modules', name), ...args);
  const created: Record<string, string> = {};

  beforeAll(async () => {
    copy = copyCheckout();
    for (const [name, words] of Object.entries(functions)) {
      const { code, output } = await node('cli/dormouse.mjs', 'new', name, ...words.split(' '));
      expect([code, code === 0 ? '' : output]).toEqual([0, '']);
      created[name] = output;
    }
  });
  afterAll(() => rmSync(copy, { recursive: true }));

  test('say which files are theirs', () => {
    expect(created.pillows).toContain('created  functions/pillows/app.ts\n');
    expect(created.pillows).not.toContain('store.ts');
    expect(created.naps).toContain('created  functions/naps/migrations/001-entries.sql\n');
    expect(created.naps).toContain('created  events/nap.ts\n');
  });

  test('are formatted, lint clean, and of the right types; what is generated is in sync', async () => {
    expect(await bin('@biomejs/biome/bin/biome', 'ci', 'functions', 'events', 'knative')).toMatchObject({ code: 0 });
    const types = await bin('typescript/bin/tsc', '-p', '.', '--incremental', 'false');
    expect(types).toEqual({ code: 0, output: '' });
    const { generate } = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8')).scripts as { generate: string };
    for (const command of generate.split('&&'))
      expect(await node(...command.trim().split(' ').slice(1), '--check')).toEqual({ code: 0, output: '' });
  });

  test('pass their own tests and those of what lies between functions', async () => {
    const folders = Object.keys(functions).map((name) => `functions/${name}/`);
    const between = ['tests/joints.test.ts', 'tests/hardening.test.ts', 'tests/api.test.ts'];
    const { code, output } = await bin('vitest/vitest.mjs', 'run', ...folders, ...between, 'events/examples.test.ts');
    expect([code, code === 0 ? '' : output]).toEqual([0, '']);
    for (const name of Object.keys(functions)) expect(output).toContain(`functions/${name}/app.test.ts`);
  });

  test('cannot be made a second time, and nothing changes', async () => {
    const before = readFileSync(join(copy, 'knative/base/kustomization.yaml'), 'utf8');
    expect(await node('cli/dormouse.mjs', 'new', 'naps', '--path', '/other')).toEqual({
      code: 1,
      output: 'dormouse new: naps is taken: functions/naps is there\n',
    });
    expect(readFileSync(join(copy, 'knative/base/kustomization.yaml'), 'utf8')).toBe(before);
  });
});
