import { parse } from 'csv-parse/sync';
import type { Pair } from '../front-matter.ts';
import { anySite } from './any.ts';
import { below, type Place, type Site } from './site.ts';

/**
 * An export of Substack: `posts/NUMBER.NAME.html` are texts alone, and `posts.csv` says everything about them, first of all who may read
 * them. What it does not name is not for readers.
 * @param table text of `posts.csv`
 */
export function substack(root: string, paths: readonly string[], table: string): Site {
  const posts = new Map(rowsOf(table).map((row) => [row.post_id ?? '', row]));
  const any = anySite(paths);
  return {
    ...any,
    program: 'Substack',
    root,
    permalink: ({ place: { name } }) => `/p/${name}`,
    place(path, head): Place {
      const place = any.place(path, head);
      const id = below('posts', path)?.replace(/\.html?$/i, '');
      if (id === undefined) return { ...place, aside: 'it is no post' };
      const row = posts.get(id);
      return {
        ...place,
        name: id.replace(/^\d+\./, ''),
        folders: [],
        hidden: [...place.hidden, ...(row ? reasons(row) : ['posts.csv does not name it'])],
        defaults: row ? fieldsOf(row) : [],
      };
    },
  };
}

type Row = Readonly<Record<string, string>>;

/** A table that cannot be read names nothing, and so everything is hidden. */
function rowsOf(table: string): Row[] {
  try {
    return parse(table, { columns: true, bom: true, relax_column_count: true, trim: true });
  } catch {
    return [];
  }
}

const reasons = ({ is_published, audience, type }: Row): string[] => [
  ...(/^true$/i.test(is_published ?? '') ? [] : [`is_published: ${is_published || 'not said'}`]),
  ...(/^everyone$/i.test(audience ?? '') ? [] : [`audience: ${audience || 'not said'}`]),
  ...(/^(?:newsletter|podcast|video)$/i.test(type ?? '') ? [] : [`it is of the kind ${type || 'that is not said'}`]),
];

const fieldsOf = ({ title, subtitle, post_date }: Row): Pair[] => [
  ...(title ? [['title', title] as const] : []),
  ...(subtitle ? [['description', subtitle] as const] : []),
  ...(post_date ? [['date', post_date] as const] : []),
];
