import { posix } from 'node:path';
import { lowerKeys, type Pair } from '../front-matter.ts';
import { staticArguments, staticObject } from '../static-javascript.ts';
import { datedPath } from './dated-name.ts';
import { ignoredBy, matching } from './patterns.ts';
import { settingsOf, text, texts, within } from './settings.ts';
import { below, type Place, partsOf, type Site } from './site.ts';

export interface EleventyFiles {
  /** Paths relative to the site's root. */
  readonly files: ReadonlySet<string>;
  read(path: string): string;
}

/** A site of Eleventy by its configuration, ignore files and data files. */
export function eleventy(root: string, config: string, { files, read }: EleventyFiles): Site {
  const dir = within({ dir: staticObject(config)?.dir ?? exported(config) }, 'dir');
  const input = text(dir.input)?.replace(/^\.\/|\/$/g, '') ?? '';
  const lines = (path: string) => (files.has(path) ? read(path).split(/\r?\n/) : []);
  const ignored = ignoredBy(['.eleventyignore', '.gitignore', posix.join(input, '.eleventyignore')].flatMap(lines));
  const ignoredByConfig = matching(
    texts([...staticArguments(config, 'ignores', 'add')]).map((one) => one.replace(/\/$/, '/**')),
  );
  const special = new Set([
    ...['_includes', '_layouts', '_data', 'node_modules', '_site'],
    ...texts([dir.includes, dir.layouts, dir.data, dir.output]).map((folder) => folder.replace(/^\.?\/|\/$/g, '')),
  ]);

  const dataOf = (path: string): { fields: readonly Pair[]; unreadable: string[] } => {
    const { folders, name } = partsOf(path);
    const names = [
      ...['', ...folders].map((_, index) => {
        const folder = folders.slice(0, index);
        return posix.join(input, ...folder, folder.at(-1) ?? posix.basename(posix.resolve('/', root, input)));
      }),
      posix.join(input, ...folders, name),
    ];
    const found = names.flatMap((one) =>
      ['.json', '.11tydata.json', '.11tydata.js', '.11tydata.cjs', '.11tydata.mjs', '.11tydata.ts']
        .map((ending) => one + ending)
        .filter((file) => files.has(file)),
    );
    const read1 = found.map((file) => ({ file, fields: settingsOf(file, read(file)) }));
    return {
      fields: Object.entries(Object.assign({}, ...read1.map(({ fields }) => lowerKeys(Object.entries(fields ?? {}))))),
      unreadable: read1.flatMap(({ file, fields }) => (fields ? [] : [`${file} cannot be read without running it`])),
    };
  };

  return {
    program: 'Eleventy',
    root,
    isList: (tag, { folders }) => /^(?:all|nav|posts?|pages?|blogs?|articles?)$/i.test(tag) || folders.includes(tag),
    readsUnderscores: true,
    place(path): Place {
      const own = below(input, path);
      const { folders, base, name } = partsOf(own ?? path);
      const index = name.toLowerCase() === 'index' && folders.length > 0;
      const dated = datedPath(`${folders.join('/')}/${name}`);
      const rest = {
        name: index ? folders.at(-1)! : dated?.name || name,
        folders: index ? folders.slice(0, -1) : folders,
      };
      const kind = folders.length === 0 ? 'page' : 'post';
      const without = [...folders, base].find((part) => special.has(part));
      if (without !== undefined || (own === undefined && special.has(path.split('/')[0]!)))
        return { ...rest, kind, hidden: [], defaults: [], aside: `it lies in ${without ?? path.split('/')[0]}` };
      const { fields, unreadable } = dataOf(own ?? path);
      const hidden = [
        ...(own === undefined ? [`Eleventy reads ${input} only`] : []),
        ...(ignored(path) ? ['.eleventyignore or .gitignore names it'] : []),
        ...(ignoredByConfig(path) ? ['the configuration ignores it'] : []),
        ...unreadable,
      ];
      return { ...rest, kind, hidden, defaults: fields, date: dated?.date };
    },
  };
}

/** `export const config = { dir: … }`. */
function exported(config: string): unknown {
  return within(staticObject(`${config}\nexport default { config }`), 'config').dir;
}
