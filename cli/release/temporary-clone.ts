import { execFile } from 'node:child_process';
import { constants, globSync, mkdtempSync, rmSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const shownLines = 30;

/** Runs programs in `cwd`; resolves with their standard output. @throws Error with the last lines of what they said, when they fail */
export const runnerIn =
  (cwd: string) =>
  async (program: string, ...args: string[]): Promise<string> => {
    try {
      return (await promisify(execFile)(program, args, { cwd, maxBuffer: 1 << 28 })).stdout;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      const said = `${stdout}${stderr}`.trimEnd().split('\n').slice(-shownLines).join('\n');
      throw new Error(`${[program, ...args].join(' ')} failed:\n${said || (error as Error).message}`, { cause: error });
    }
  };

/** A clone of the branch main of `root`, with its installed packages; removes itself. */
export async function temporaryClone(root: string): Promise<{ folder: string } & Disposable> {
  const parent = mkdtempSync(join(tmpdir(), 'release-'));
  const remove = () => rmSync(parent, { recursive: true, force: true });
  const folder = join(parent, 'dormouse');
  try {
    await runnerIn(root)('git', 'clone', '--quiet', '--shared', '--branch', 'main', root, folder);
    // Copies: by way of a link, imports of a workspace would lead back to the checkout and not into the clone.
    const options = { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE };
    for (const packages of installed(root)) await cp(join(root, packages), join(folder, packages), options);
  } catch (error) {
    remove();
    throw error;
  }
  return { folder, [Symbol.dispose]: remove };
}

/** Folders of installed packages: the project's own, and of workspaces that need another version. */
const installed = (root: string): string[] =>
  globSync(['node_modules', '*/node_modules', '*/*/node_modules', '*/*/*/node_modules'], {
    cwd: root,
    exclude: (path) => /node_modules.node_modules|^\./.test(path),
  }).filter((path) => !/node_modules./.test(path));
