import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { needs } from '../needs.ts';

const project = join(import.meta.dirname, '../..');
const pages = globSync('{*.md,docs/**/*.md,observability/runbooks/*.md,terraform/*.md}', {
  cwd: project,
  exclude: (name) => name === 'node_modules',
});
const planted = mkdtempSync(join(tmpdir(), 'docs-'));
afterAll(() => rmSync(planted, { recursive: true }));

const run = (program: string, ...words: string[]) =>
  new Promise<{ code: number; output: string }>((done) => {
    execFile(program, words, { cwd: project, maxBuffer: 2 ** 24 }, (error, out, err) =>
      done({ code: error ? Number(error.code) : 0, output: out + err }),
    );
  });

describe('lychee', needs('lychee'), () => {
  const lychee = (...files: string[]) => run('lychee', '--offline', '--include-fragments', '--no-progress', ...files);

  test('finds no link of any page broken, fragments included', async () => {
    const { code, output } = await lychee(...pages);
    expect([code, code === 0 ? '' : output]).toEqual([0, '']);
  });

  test('finds a missing file and a missing heading', async () => {
    const page = join(planted, 'links.md');
    writeFileSync(page, '# Here\n\n[a](none.md) [b](#there) [c](#here)\n');
    const { code, output } = await lychee(page);
    expect(code).toBe(2);
    expect(output).toContain('none.md');
    expect(output).toContain('#there');
    expect(output).not.toContain('#here ');
  });
});
