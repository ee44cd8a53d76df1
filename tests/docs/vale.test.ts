import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { needs } from '../needs.ts';

const project = join(import.meta.dirname, '../..');
const planted = mkdtempSync(join(tmpdir(), 'prose-'));
afterAll(() => rmSync(planted, { recursive: true }));

const vale = (...args: string[]) =>
  new Promise<{ code: number; output: string }>((done) => {
    const all = ['--config', '.vale.ini', '--output', 'line', '--no-wrap', ...args];
    execFile('vale', all, { cwd: project, maxBuffer: 2 ** 24 }, (error, out, err) =>
      done({ code: error ? Number(error.code) : 0, output: out + err }),
    );
  });

describe('by vale', needs('vale'), () => {
  test('no page breaks the style', async () => {
    const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'terraform/README.md'];
    const folders = ['explanation', 'how-to', 'operations', 'security', 'troubleshooting', 'tutorials'];
    expect(await vale(...pages, ...folders.map((name) => `docs/${name}`), 'observability/runbooks')).toEqual({
      code: 0,
      output: '',
    });
  });

  test.each([
    ['Names', 'Push it to Github.'],
    ['Plain', 'Stop it in order to see.'],
    ['Fillers', 'This is simply done.'],
    ['Contractions', "It doesn't matter."],
    ['Repeated', 'Ask the the Broker.'],
  ])('a sentence against %s is found, and code is none', async (rule, sentence) => {
    const page = join(planted, `${rule}.md`);
    writeFileSync(page, `# Planted\n\n${sentence}\n\n\`${sentence}\`\n\n\`\`\`sh\n${sentence}\n\`\`\`\n`);
    const { code, output } = await vale(page);
    expect(code).toBe(1);
    expect(output.trim().split('\n')).toEqual([expect.stringContaining(`${rule}.md:3:`)]);
    expect(output).toContain(`Dormouse.${rule}`);
  });
});
