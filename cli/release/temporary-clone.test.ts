import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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
    mkdirSync(join(root, 'node_modules/@own'), { recursive: true });
    mkdirSync(join(root, 'room/node_modules/other'), { recursive: true });
    // A workspace, as npm installs it.
    symlinkSync('../../room', join(root, 'node_modules/@own/room'));
    writeFileSync(join(root, '.gitignore'), 'node_modules/\n');
    await git('init', '--quiet', '--initial-branch', 'main');
    await git('add', '.gitignore');
    await git('commit', '--quiet', '--message', 'first');
    using clone = await temporaryClone(root);
    const run = runnerIn(clone.folder);
    expect(await run('git', 'status', '--porcelain')).toBe('');
    expect(existsSync(join(clone.folder, 'room/node_modules/other'))).toBe(true);
    expect(realpathSync(join(clone.folder, 'node_modules/@own/room'))).toBe(realpathSync(join(clone.folder, 'room')));
    await expect(run('git', 'show', 'nothing')).rejects.toThrow(/^git show nothing failed:\n.*nothing/s);
  } finally {
    rmSync(root, { recursive: true });
  }
});
