import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sourcesOf, workspacesOf } from '../import-graph.ts';
import type { Finding } from './project.ts';

/** Imports of functions and contracts that lead to no file. */
export function findMissingImports(root: string): Finding[] {
  const workspaces = workspacesOf(root);
  const isOfWorkspace = (path: string) => workspaces.some(({ folder }) => path.startsWith(`${folder}/`));
  return sourcesOf(root, ['functions', 'events'], workspaces).flatMap(({ path, imports }) =>
    imports
      .filter((imported) => isOfWorkspace(imported) && !existsSync(join(root, imported)))
      .map((imported) => `${path} imports ${imported}, which is not there: write it, or remove the import`),
  );
}
