import { basename, relative, resolve } from 'node:path';
import type { Plugin } from 'esbuild';

/** The build of a module, as of a program. */
interface Build {
  entry: string;
  inputs: readonly string[];
  contents: readonly string[];
}

/**
 * Makes a program import the builds of shared modules, which are made when it does, by paths from its own folder: the folder
 * of all builds may be moved.
 * @param shared absolute paths of their sources
 * @param make builds one of them
 * @param folder of the program's output
 */
export function sharedModules(
  shared: readonly string[],
  make: (source: string) => Promise<Build>,
  folder: string,
): { plugin: Plugin; used(): Build[] } {
  const used = new Map<string, Build>();
  const names = shared.map((source) => basename(source).replaceAll('.', '\\.'));
  const plugin: Plugin = {
    name: 'shared-modules',
    setup(build) {
      if (names.length === 0) return;
      build.onResolve({ filter: new RegExp(`/(${names.join('|')})$`) }, async ({ path, resolveDir, kind }) => {
        const source = resolve(resolveDir, path);
        if (kind === 'entry-point' || !shared.includes(source)) return undefined;
        const made = used.get(source) ?? (await make(source));
        used.set(source, made);
        return { path: relative(folder, made.entry).replaceAll('\\', '/'), external: true };
      });
    },
  };
  return { plugin, used: () => shared.flatMap((source) => used.get(source) ?? []) };
}
