import { datedPath } from './dated-name.ts';
import { matching } from './patterns.ts';
import { asSettings, peopleIn, type Settings, text, texts, within } from './settings.ts';
import { below, type Place, partsOf, type Site } from './site.ts';

/** A site of Docusaurus by its configuration; people come from the `authors.yml` of its blogs, names of tags from their `tags.yml`. */
export function docusaurus(
  root: string,
  config: Settings = {},
  { people = [], tags = [] }: { people?: readonly Settings[]; tags?: readonly Settings[] } = {},
): Site {
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
    tags: new Map(
      tags.flatMap(Object.entries).flatMap(([key, value]) => {
        const label = text(asSettings(value)?.label);
        return label === undefined ? [] : [[key, label] as const];
      }),
    ),
    permalink: docusaurusPermalink(options),
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

/** Where Docusaurus put an article or a page, as its folders and its own `slug` say; of further plugins of a kind it is not told. */
const docusaurusPermalink =
  (options: readonly PluginOptions[]): NonNullable<Site['permalink']> =>
  ({ path, fields }) => {
    const [, locale, plugin, inner] =
      /^i18n\/([^/]+)\/docusaurus-plugin-content-(blog|docs|pages)\/(?:current\/)?(.*)$/.exec(path) ?? [];
    const kind = plugin ?? ['blog', 'docs', 'pages'].find((one) => below(folderOf(one, options), path) !== undefined);
    if (kind === undefined) return undefined;
    const own = (inner ?? below(folderOf(kind, options), path)!).replace(/\.\w+$/, '');
    const base = kind === 'pages' ? '' : (routeOf(kind, options) ?? kind);
    const bare = own.replace(/(?:^|\/)index$/i, '');
    return `/${[locale, base, kind === 'blog' ? blogPath(bare, fields) : pagePath(bare, kind, fields)]
      .flatMap((part) => part?.split('/') ?? [])
      .filter(Boolean)
      .join('/')}`;
  };

const kindOf: Readonly<Record<string, string>> = { pages: 'src/pages' };
const folderOf = (kind: string, options: readonly PluginOptions[]): string =>
  options.find(({ of }) => of === kind)?.path ?? kindOf[kind] ?? kind;
const routeOf = (kind: string, options: readonly PluginOptions[]): string | undefined =>
  options.find(({ of }) => of === kind)?.route;

/** `2021-03-04-on-sleep` lies at `2021/03/04/on-sleep`; folders before the day come behind it. */
function blogPath(path: string, fields: Readonly<Record<string, unknown>>): string {
  const slug = text(fields.slug);
  if (slug !== undefined) return slug;
  const [, folder = '', day, rest = ''] = /^(.*?)(\d{4}[-/]\d{1,2}[-/]\d{1,2})[-/]?(.*)$/.exec(path) ?? [];
  return day === undefined ? path : `${day.replaceAll('-', '/')}/${folder}${rest}`;
}

function pagePath(path: string, kind: string, fields: Readonly<Record<string, unknown>>): string {
  const folders = kind === 'docs' ? path.split('/').map((part) => part.replace(/^\d+[-_.]\s*/, '')) : path.split('/');
  const slug = text(fields.slug);
  if (slug?.startsWith('/')) return slug;
  const name = folders.pop()!;
  return [...folders, slug ?? (kind === 'docs' ? (text(fields.id) ?? name) : name)].join('/');
}

interface PluginOptions {
  /** The plugin's name, or the preset's key: `blog`. */
  readonly of: string;
  readonly path: string;
  /** Below which address. */
  readonly route: string | undefined;
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
    path !== undefined && (known[of] || settings.exclude)
      ? [{ of, path, route: text(settings.routeBasePath), exclude: texts(settings.exclude) }]
      : [];
  return [...own, ...Object.entries(settings).flatMap(([key, inner]) => optionsOf(inner, key, depth + 1))];
}
