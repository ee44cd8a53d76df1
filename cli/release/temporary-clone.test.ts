import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needs } from '@dormouse/tests/needs';
import { expect, test } from 'vitest';
import { runnerIn, temporaryClone } from './temporary-clone.ts';

test('the clone of a dry run has the installed packages, and no change', needs('git'), async () => {
  const root = mkdtempSync(join(tmpdir(), 'cloned-'));
  try {
    const git = (...args: string[]) =>
      runnerIn(root)('git', '-c', 'user.name=a', '-c', 'user.email=a@b.example', ...args);
    mkdirSync(join(root, 'node_modules'));
    // As in this project: a pattern for folders, which a link is not.
    writeFileSync(join(root, '.gitignore'), 'node_modules/\n');
    await git('init', '--quiet', '--initial-branch', 'main');
    await git('add', '.gitignore');
    await git('commit', '--quiet', '--message', 'first');
    using clone = await temporaryClone(root);
    const run = runnerIn(clone.folder);
    expect((await run('ls')).trim()).toBe('node_modules');
    expect(await run('git', 'status', '--porcelain')).toBe('');
  } finally {
    rmSync(root, { recursive: true });
  }
});
