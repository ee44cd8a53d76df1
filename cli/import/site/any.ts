import { datedPath } from './dated-name.ts';
import { type Place, partsOf, type Site } from './site.ts';

const templates =
  /^(?:_layouts|_includes|_templates|_data|_sass|_plugins|_site|archetypes|scaffolds|templates|themes|layouts|node_modules|vendor)$/i;

/** Notion puts them behind the names of pages, and of the folders of their parts. */
const numbers = /(?<=[^/])[ -][0-9a-f]{32}(?=\/|\.\w+$)/g;

/**
 * A folder of Markdown of which nothing tells what program it is of.
 * @param articles paths of everything in it that may be an article
 */
export function anySite(articles: readonly string[]): Site {
  const lists = articles.some((path) => /(?:^|\/)_index\.\w+$/.test(path));
  const bundles = new Set(
    articles.flatMap((path) => /^(.+)\/index(?:\.[a-z]{2}(?:-\w+)?)?\.\w+$/i.exec(path)?.[1] ?? []),
  );
  return {
    program: '',
    root: '',
    place(path): Place {
      const { folders, name } = partsOf(path.replace(numbers, ''));
      const [, bare, language] = /^(index)\.([a-z]{2}(?:-\w+)?)$/i.exec(name) ?? [undefined, name, undefined];
      const index = /^(?:index|readme)$/i.test(bare!) && folders.length > 0;
      const template = folders.find((folder) => templates.test(folder));
      const dated = datedPath([...folders, ...(index ? [] : [bare])].join('/'));
      const own = index ? folders.at(-1)! : bare!;
      // A list that has its own `_index.md` tells Hugo's page bundles, whose other files are parts of the page.
      const bundle =
        lists && !index
          ? folders.map((_, at) => folders.slice(0, at + 1).join('/')).find((one) => bundles.has(one))
          : undefined;
      return {
        ...(template === undefined ? {} : { aside: `it lies in ${template}` }),
        ...(bare === '_index' ? { aside: 'it is the text of a list' } : {}),
        kind: 'post',
        hidden: bundle === undefined ? [] : [`it is a part of ${bundle}/index, no page`],
        defaults: [],
        date: undefined,
        name: dated?.name || own,
        folders: index ? folders.slice(0, -1) : folders,
        language: language?.toLowerCase(),
      };
    },
  };
}
