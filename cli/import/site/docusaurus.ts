import { datedPath } from './dated-name.ts';
import { matching } from './patterns.ts';
import { asSettings, peopleIn, type Settings, text, texts, within } from './settings.ts';
import { below, type Place, partsOf, type Site } from './site.ts';

/** A site of Docusaurus by its configuration; people come from the `authors.yml` of its blogs. */
export function docusaurus(root: string, config: Settings = {}, people: readonly Settings[] = []): Site {
  const options = optionsOf(config);
  const blogs = new Set(['blog', ...options.filter(({ of }) => /blog/.test(of)).map(({ path }) => path)]);
  const others = new Set([
    'docs',
    'src/pages',
    'versioned_docs',
    ...options.filter(({ of }) => !/blog/.test(of)).map(({ path }) => path),
  ]);
  const excludes = options.map(({ path, exclude }) => ({ path, test: matching(exclude) }));
  const { defaultLocale, locales } = within(config, 'i18n');
  const mainLanguage = texts(locales).length > 1 ? text(defaultLocale) : undefined;
  const address = text(config.url);
  return {
    program: 'Docusaurus',
    root,
    address: address && `${address.replace(/\/+$/, '')}${text(config.baseUrl) ?? ''}`,
    authors: peopleIn(people),
    place(path): Place {
      const translated = /^i18n\/([^/]+)\/docusaurus-plugin-content-([\w-]+?)(?:-[\w-]+)?\/(?:current\/)?(.*)$/.exec(
        path,
      );
      const at = translated ? `${translated[2] === 'blog' ? 'blog' : 'docs'}/${translated[3]}` : path;
      const blog = [...blogs].find((folder) => below(folder, at) !== undefined);
      const other = [...others].find((folder) => below(folder, at) !== undefined);
      const own = below(blog ?? other ?? '', at)!;
      const { folders, base, name } = partsOf(own);
      const index = name.toLowerCase() === 'index' && folders.length > 0;
      const dated = blog === undefined ? undefined : datedPath([...folders, name].join('/').replace(/\/index$/, ''));
      const bare = index ? folders.at(-1)! : name;
      const hidden = [
        ...(blog === undefined && other === undefined ? ['Docusaurus does not read it'] : []),
        ...([...folders, base].some((part) => part.startsWith('_'))
          ? ['Docusaurus excludes names that begin with "_"']
          : []),
        ...(excludes.some(({ path, test }) => test(below(path, at) ?? ''))
          ? ['exclude of the configuration names it']
          : []),
      ];
      return {
        kind: blog === undefined ? 'page' : 'post',
        hidden,
        defaults: [],
        date: dated?.date,
        name: dated?.name || (blog === undefined ? bare.replace(/^\d+[-_.]\s*/, '') : bare),
        folders:
          blog === undefined
            ? (index ? folders.slice(0, -1) : folders).map((folder) => folder.replace(/^\d+[-_.]\s*/, ''))
            : [],
        language: translated?.[1],
        textLanguage: translated?.[1] ?? mainLanguage,
      };
    },
  };
}

interface PluginOptions {
  /** The plugin's name, or the preset's key: `blog`. */
  readonly of: string;
  readonly path: string;
  readonly exclude: readonly string[];
}

/** Options of plugins and presets anywhere in the settings. */
function optionsOf(value: unknown, of = '', depth = 0): PluginOptions[] {
  if (depth > 12) return [];
  if (Array.isArray(value)) {
    const [first] = value;
    return value.flatMap((one) =>
      optionsOf(one, typeof first === 'string' ? first.replace(/^.*plugin-content-/, '') : of, depth + 1),
    );
  }
  const settings = asSettings(value);
  if (!settings) return [];
  const known: Record<string, string> = { blog: 'blog', docs: 'docs', pages: 'src/pages' };
  const path = (text(settings.path) ?? known[of])?.replace(/^\.\/|\/$/g, '');
  const own =
    path !== undefined && (known[of] || settings.exclude) ? [{ of, path, exclude: texts(settings.exclude) }] : [];
  return [...own, ...Object.entries(settings).flatMap(([key, inner]) => optionsOf(inner, key, depth + 1))];
}
