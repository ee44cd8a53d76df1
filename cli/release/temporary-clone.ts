import { execFile } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Runs programs in `cwd`; resolves with their standard output, rejects when they fail. */
export const runnerIn =
  (cwd: string) =>
  async (program: string, ...args: string[]): Promise<string> =>
    (await promisify(execFile)(program, args, { cwd, maxBuffer: 1 << 28 })).stdout;

/** A clone of the branch main of `root`, with its installed packages; removes itself. */
export async function temporaryClone(root: string): Promise<{ folder: string } & Disposable> {
  const parent = mkdtempSync(join(tmpdir(), 'release-'));
  const folder = join(parent, 'dormouse');
  await runnerIn(root)('git', 'clone', '--quiet', '--shared', '--branch', 'main', root, folder);
  if (existsSync(join(root, 'node_modules'))) symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  // `node_modules/` in .gitignore means folders: the link would be a change that forbids a release.
  appendFileSync(join(folder, '.git/info/exclude'), '/node_modules\n');
  return { folder, [Symbol.dispose]: () => rmSync(parent, { recursive: true, force: true }) };
}
