import { Temporal } from 'temporal-polyfill';
import { type Settings, text, within } from './settings.ts';
import type { PublishedPage } from './site.ts';

type Permalink = (page: PublishedPage) => string | undefined;

/** A pattern of Jekyll or Hexo with its variables filled in; undefined where one is not known. */
function filled(pattern: string, variables: Readonly<Record<string, string | undefined>>): string | undefined {
  let known = true;
  const path = pattern.replace(/:([a-z_]+)/g, (_, name: string) => {
    const value = variables[name];
    if (value === undefined) known = false;
    return value ?? '';
  });
  return known ? `/${path}`.replace(/\/{2,}/g, '/') : undefined;
}

/** Parts of a day as patterns name them. */
function dayOf(date: string, zone = 'UTC'): Record<string, string> {
  const { year, month, day, dayOfYear } = Temporal.Instant.from(date).toZonedDateTimeISO(zone);
  const two = (number: number) => String(number).padStart(2, '0');
  return {
    year: String(year),
    short_year: two(year % 100),
    month: two(month),
    i_month: String(month),
    day: two(day),
    i_day: String(day),
    y_day: String(dayOfYear).padStart(3, '0'),
  };
}

const jekyllStyles: Readonly<Record<string, string>> = {
  date: '/:categories/:year/:month/:day/:title:output_ext',
  pretty: '/:categories/:year/:month/:day/:title/',
  ordinal: '/:categories/:year/:y_day/:title:output_ext',
  none: '/:categories/:title:output_ext',
};

/** Where Jekyll put a page: by its own `permalink`, which the settings may hand down, or that of the settings. */
export const jekyllPermalink =
  (config: Settings, zone: string | undefined): Permalink =>
  ({ place, fields, date, categories }) => {
    const wanted = text(fields.permalink) ?? text(config.permalink) ?? 'date';
    const pattern = jekyllStyles[wanted] ?? wanted;
    const title = text(fields.slug) ?? place.name;
    if (place.collection !== undefined) {
      const ending = jekyllStyles[wanted] ?? wanted;
      const own = text(fields.permalink) ?? text(within(config, 'collections', place.collection).permalink);
      const usual = `/:collection/:path${/\/$/.test(ending) ? '/' : /:output_ext$/.test(ending) ? ':output_ext' : ''}`;
      return filled(own ?? usual, {
        ...dayOf(date, zone),
        collection: place.collection,
        path: [...place.folders, place.name].join('/'),
        name: slugified(place.name),
        title: slugified(title),
        slug: slugified(title),
        categories: categories.map((category) => category.toLowerCase()).join('/'),
        output_ext: '.html',
      });
    }
    if (place.kind === 'page' && !text(fields.permalink))
      return `/${[...place.folders, place.name].join('/')}${/\/$/.test(pattern) ? '/' : '.html'}`;
    const all = [...new Set([...place.folders, ...categories].map((category) => category.toLowerCase()))];
    return filled(pattern, {
      ...dayOf(date, zone),
      categories: all.join('/'),
      title,
      slug: title,
      output_ext: '.html',
    });
  };

/** Jekyll's "default" way: everything but letters and numbers is a hyphen. */
const slugified = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');

/** Where Hexo put a page; a permalink of its own is known already. */
export const hexoPermalink =
  (config: Settings, source: string, zone: string | undefined): Permalink =>
  ({ path, place, fields, date }) => {
    if (text(fields.permalink)) return undefined;
    const inner = path.replace(`${source}/`, '').replace(/\.\w+$/, '');
    if (place.kind === 'page') return `/${inner}.html`;
    const title = inner.replace(/^_posts\//, '');
    return filled(text(config.permalink) ?? ':year/:month/:day/:title/', {
      ...dayOf(date, zone),
      title,
      name: place.name,
    });
  };

/** Where Hugo put a page: by the pattern of its section, else by its folders. */
export const hugoPermalink =
  (config: Settings): Permalink =>
  ({ place, fields, date }) => {
    if (text(fields.url)) return undefined;
    const section = place.folders[0] ?? '';
    const permalinks = within(config, 'permalinks');
    const pattern = text(within(permalinks, 'page')[section]) ?? text(permalinks[section]);
    const slug = text(fields.slug);
    const title = text(fields.title) ?? place.name;
    // As it is written, in the zone that is said with it.
    const written = fields.date instanceof Date ? fields.date.toISOString() : String(fields.date ?? '');
    const day = /^\d{4}-\d{2}-\d{2}/.exec(written)?.[0] ?? date.slice(0, 10);
    const path = pattern
      ? filled(pattern, {
          ...dayOf(`${day}T00:00:00Z`),
          section,
          sections: place.folders.join('/'),
          title,
          slug: slug ?? title,
          filename: place.name,
          contentbasename: place.name,
          slugorfilename: slug ?? place.name,
          slugorcontentbasename: slug ?? place.name,
        })
      : `/${[...place.folders, slug ?? place.name].join('/')}/`;
    return path && urlized(`${place.language ? `/${place.language}` : ''}${path}`);
  };

/** Where Zola put a page: at its own `path`, else by its folders. What it would write in Latin letters is not told. */
export const zolaPermalink: Permalink = ({ place, fields }) => {
  const own = text(fields.path);
  const path = own ?? [...place.folders.map(slugified), slugified(text(fields.slug) ?? place.name)].join('/');
  if (/[^\x20-\x7e]/.test(path)) return undefined;
  return `/${[place.language, path.replace(/^\/+|\/+$/g, '')].filter(Boolean).join('/')}/`;
};

const urlized = (path: string): string =>
  path
    .toLowerCase()
    .replace(/\s+/g, '-')
    .replace(/[^\p{L}\p{M}\p{N}._/-]/gu, '');
