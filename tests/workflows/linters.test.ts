import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../needs.ts';

const project = join(import.meta.dirname, '../..');
let copy: string;
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'workflows-'));
  cpSync(join(project, '.github'), join(copy, '.github'), { recursive: true });
  // actionlint looks for the project by this folder, and for local workflows below it.
  mkdirSync(join(copy, '.git'));
});
afterAll(() => rmSync(copy, { recursive: true }));

/** Runs a linter on the copy of the workflows, with `after` instead of `before` in one of them. */
function lint(program: string, args: readonly string[], planted?: { file: string; before: string; after: string }) {
  const path = planted && join(copy, '.github/workflows', planted.file);
  const text = path && readFileSync(path, 'utf8');
  if (planted) {
    expect(text).toContain(planted.before);
    writeFileSync(path!, text!.replace(planted.before, planted.after));
  }
  try {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: copy, encoding: 'utf8' });
    return { status, output: stdout + stderr };
  } finally {
    if (path) writeFileSync(path, text!);
  }
}

describe('by actionlint', needs('actionlint'), () => {
  test('nothing is wrong', () => {
    expect(lint('actionlint', ['-no-color'])).toEqual({ status: 0, output: '' });
  });

  test.each([
    ['a job that is not there', 'needs: plan', 'needs: plans'],
    ['an output that is not there', 'needs.plan.outputs.since', 'needs.plan.outputs.sinc'],
    ['a step that is not there', 'steps.images.outputs.images }}', 'steps.image.outputs.images }}'],
  ])('%s is found', (_, before, after) => {
    const { status, output } = lint('actionlint', ['-no-color'], { file: 'deliver.yml', before, after });
    expect(status).toBe(1);
    expect(output).toContain('.github/workflows/deliver.yml:');
  });
});

describe('by zizmor', needs('zizmor'), () => {
  const args = ['--offline', '--no-progress', '--no-config', '--color=never', '.github'];

  test('nothing is wrong', () => {
    const { status, output } = lint('zizmor', args);
    expect(output).toContain('No findings to report');
    expect(status).toBe(0);
  });

  test.each([
    ['unpinned-uses', '@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2', '@v6'],
    ['template-injection', 'npm run --silent image -- --since "$SINCE"', `npm run image -- \${{ github.head_ref }}`],
    ['artipacked', '          persist-credentials: false\n', ''],
    [
      'excessive-permissions',
      '    permissions:\n      contents: write # the commit',
      '    permissions: write-all # the commit',
    ],
  ])('%s is found', (name, before, after) => {
    const { status, output } = lint('zizmor', args, { file: 'deliver.yml', before, after });
    expect(status).toBeGreaterThan(10);
    expect(output).toContain(name);
  });
});
