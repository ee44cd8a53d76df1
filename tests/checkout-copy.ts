import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { workspacesOf } from './import-graph.ts';

const project = join(import.meta.dirname, '..');
const left = ['node_modules', '.git', '.dormouse', '.ci', 'dist'];

/** A copy of this checkout in a temporary folder, with its packages: those of npm shared, workspaces its own. */
export function copyCheckout(): string {
  const copy = mkdtempSync(join(tmpdir(), 'checkout-'));
  cpSync(project, copy, { recursive: true, filter: (file) => !left.includes(basename(file)) });
  for (const folder of ['', ...workspacesOf(project).map((each) => each.folder)]) linkPackages(copy, folder);
  return copy;
}

function linkPackages(copy: string, folder: string): void {
  const from = join(project, folder, 'node_modules');
  if (!existsSync(from)) return;
  const to = join(copy, folder, 'node_modules');
  mkdirSync(join(to, '@dormouse'), { recursive: true });
  for (const name of readdirSync(from))
    if (!name.startsWith('@dormouse')) symlinkSync(join(from, name), join(to, name));
  const scope = join(from, '@dormouse');
  for (const name of existsSync(scope) ? readdirSync(scope) : [])
    symlinkSync(relative(scope, join(scope, readlinkSync(join(scope, name)))), join(to, '@dormouse', name));
}
