import { type FrontMatter, lowerKeys, type Pair } from '../front-matter.ts';
import { datedName } from './dated-name.ts';
import { matching } from './patterns.ts';
import { jekyllPermalink } from './permalinks.ts';
import { asSettings, peopleIn, type Settings, text, texts, within, zoneOf } from './settings.ts';
import { below, type Place, pageOf, partsOf, type Site } from './site.ts';

const templates = new Set(['_layouts', '_includes', '_sass', '_data', '_plugins', '_site', 'vendor', 'node_modules']);

/**
 * A site of Jekyll by its `_config.yml`; without one, by its folder `_posts`.
 * @param people objects of `_data/authors.yml` and its like: what articles name people by
 */
export function jekyll(root: string, config: Settings = {}, people: readonly Settings[] = []): Site {
  const zone = zoneOf(config.timezone);
  const excluded = excludedBy(texts(config.exclude));
  const included = new Set(texts(config.include).map((name) => name.replace(/^\/|\/$/g, '')));
  const source = text(config.source)?.replace(/^\.?\/|\/$/g, '') ?? '';
  const collections = text(config.collections_dir)?.replace(/^\.?\/|\/$/g, '') ?? '';

  const placeIn = (path: string, head: FrontMatter): Omit<Place, 'defaults'> => {
    const within = below(collections, path);
    const { folders, name } = partsOf(within?.startsWith('_') ? within : path);
    const special = folders.find((part) => /^[_.#~]/.test(part) && !included.has(part));
    const at = folders.indexOf(special ?? '');
    const other = { name, folders: [...folders.slice(0, at < 0 ? undefined : at), ...folders.slice(at + 1)] };
    if (special !== undefined && templates.has(special)) return { ...aside(`it lies in ${special}`), ...other };
    if (folders.some((part) => templates.has(part))) return { ...aside('it belongs to a program'), ...other };
    const hidden = [
      ...(excluded(path) ? ['_config.yml excludes it'] : []),
      ...(special !== undefined && within === undefined ? [`Jekyll reads ${special} in ${collections} only`] : []),
      ...texts(head.fields.redirect_to).map((address) => `Jekyll led from it to ${address}`),
    ];
    if (special === undefined) return { kind: 'page', hidden, ...pageOf({ name, folders }) };
    if (special === '_drafts') return { kind: 'post', hidden: [...hidden, 'it lies in _drafts'], ...other };
    if (special !== '_posts')
      return {
        kind: 'page',
        hidden: [...hidden, ...ofCollection(special)],
        ...pageOf(other),
        collection: special.slice(1),
      };
    const dated = datedName(name, zone);
    const unread = [
      ...(dated ? [] : ['Jekyll does not read it: its name has no date']),
      ...(head.said.length > 0 || head.problem ? [] : ['Jekyll does not read it: it has no front matter']),
    ];
    const categories = folders.slice(0, at);
    return {
      kind: 'post',
      hidden: [...hidden, ...unread],
      name: dated?.name || name,
      folders: categories,
      date: dated?.date,
    };
  };

  const ofCollection = (folder: string): string[] => {
    const collections = config.collections;
    const own = within(config, 'collections', folder.slice(1));
    const known = Array.isArray(collections)
      ? collections.includes(folder.slice(1))
      : folder.slice(1) in within(config, 'collections');
    if (known && own.output === true) return [];
    return [known ? `the collection ${folder} has no output` : `Jekyll does not read ${folder}`];
  };

  return {
    program: 'Jekyll',
    root,
    zone,
    address: addressOf(config),
    timesAreUtc: true,
    categoriesAreWords: true,
    permalink: jekyllPermalink(config, zone),
    authors: peopleIn(people),
    titleOfName: (name) => name.split('-').map(capitalised).join(' '),
    place(path, head) {
      const own = below(source, path);
      if (own === undefined)
        return { kind: 'page', hidden: [`it lies outside of ${source}`], defaults: [], ...partsOf(path) };
      const place = placeIn(own, head);
      return { ...place, defaults: defaultsOf(config, below(collections, own) ?? own, place.kind, collections) };
    },
  };
}

const aside = (reason: string) => ({ aside: reason, kind: 'page' as const, hidden: [] });

/** Values of `defaults` whose scope a path is in; a deeper scope counts more. */
function defaultsOf(config: Settings, path: string, kind: 'post' | 'page', collections: string): Pair[] {
  const list = Array.isArray(config.defaults) ? config.defaults : [];
  const fitting = list.flatMap((entry) => {
    const { scope, values } = asSettings(entry) ?? {};
    const { path: folder = '', type } = asSettings(scope) ?? {};
    const whole = String(folder).replace(/^\/|\/$/g, '');
    const where = collections === whole ? '' : (below(collections, whole) ?? whole);
    const fits =
      where === '' || path === where || path.startsWith(`${where}/`) || matching([where, `${where}/**`])(path);
    const types = [
      kind,
      `${kind}s`,
      ...path.split('/').flatMap((part) => (part.startsWith('_') ? [part.slice(1)] : [])),
    ];
    return fits && (type === undefined || type === '' || types.includes(String(type)))
      ? [{ where, values: asSettings(values) ?? {} }]
      : [];
  });
  fitting.sort((one, other) => one.where.length - other.where.length);
  return Object.entries(Object.assign({}, ...fitting.map(({ values }) => lowerKeys(Object.entries(values)))));
}

/** Jekyll's entries are excluded with everything below them, and a star crosses folders. */
function excludedBy(patterns: readonly string[]): (path: string) => boolean {
  const test = matching(
    patterns.map((pattern) => pattern.replace(/^\/|\/+$/g, '')),
    { starsCross: true },
  );
  return (path) => path.split('/').some((_, index, parts) => test(parts.slice(0, index + 1).join('/')));
}

function addressOf({ url, baseurl }: Settings): string | undefined {
  const host = text(url);
  return host && `${host.replace(/\/+$/, '')}${text(baseurl) ?? ''}`;
}

const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase();
