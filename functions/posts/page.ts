import { failField } from '@dormouse/runtime/errors';
import { decodeCursor, encodeCursor } from '@dormouse/runtime/keyset';
import { tagSlug } from '@dormouse/runtime/slug';
import type { ListQuery } from './fields.ts';
import { type CachedBody, digestOf, type Summary, summaryView } from './post.ts';
import type { Cursor, Filter, MonthCount, Page, TagCount } from './store.ts';

/** A list's response: with `Link` (RFC 8288) to the neighbouring pages. */
export interface ListBody extends CachedBody {
  link?: string;
}

/** The store's filter for a query. @throws AppError invalid for a cursor that is not of this list. */
export const filterOf = ({ category, tag, after, before, scheduled, featured, ...others }: ListQuery): Filter => ({
  ...others,
  ...subjectOf({ category, tag }),
  scheduled: scheduled === undefined ? undefined : scheduled === 'true',
  featured: featured === undefined ? undefined : featured === 'true',
  after: after === undefined ? undefined : parseCursor(after, 'after'),
  before: before === undefined ? undefined : parseCursor(before, 'before'),
});

/** Category and tag as the store looks for them. */
export const subjectOf = ({ category, tag }: Pick<ListQuery, 'category' | 'tag'>) => ({
  category: category?.normalize('NFKC').toLowerCase(),
  tag: tag === undefined ? undefined : tagSlug(tag),
});

/** Cache key: equal for queries with the same response. */
export const cacheKey = ({
  limit,
  offset,
  category,
  tag,
  author,
  status,
  scheduled,
  featured,
  first,
  kind,
  from,
  until,
  after,
  before,
}: Filter): string =>
  `list:${JSON.stringify([limit, offset, category ?? 0, tag ?? 0, author ?? 0, status, scheduled ?? 0, featured ?? 0, first ?? 0, kind ?? 0, from ?? 0, until ?? 0, after ?? 0, before ?? 0])}`;

export function listBody(path: string, query: ListQuery, page: Page): ListBody {
  const body = JSON.stringify(shown(query, page).map(summaryView));
  const links = linksOf(path, query, page);
  return { etag: digestOf(body + links), body, ...(links && { link: links }) };
}

/** Leading posts begin the list, and stand nowhere else in it. Going back leads to its beginning when there is no more. */
function shown({ offset, after, before }: ListQuery, { posts, more, leading = [] }: Page): readonly Summary[] {
  const others = posts.filter(({ id }) => !leading.some((each) => each.id === id));
  const begins = offset === 0 && after === undefined && (before === undefined || !more);
  return begins ? [...leading, ...others] : others;
}

/** A value as a response. */
export function bodyOf(value: unknown): CachedBody {
  const body = JSON.stringify(value);
  return { etag: digestOf(body), body };
}

/** The tags of published posts as a response. */
export const tagsBody = (tags: readonly TagCount[]): ListBody =>
  bodyOf(tags.map(({ name, slug, posts }) => ({ name, slug, post_count: posts })));

/** Cache key of the tags; in the group of all lists. */
export const tagsKey = 'list:tags';

/** The months as a response. */
export const monthsBody = (months: readonly MonthCount[]): ListBody =>
  bodyOf(months.map(({ month, posts }) => ({ month, post_count: posts })));

/** Cache key of the months; in the group of all lists. */
export const monthsKey = (timeZone: string): string => `list:months ${timeZone}`;

/** Next is older, prev is newer. A page that was reached by a cursor has the page it came from on that side. */
function linksOf(
  path: string,
  {
    limit,
    offset,
    category,
    tag,
    author,
    status,
    scheduled,
    featured,
    first: lead,
    kind,
    from,
    until,
    after,
    before,
  }: ListQuery,
  { posts, more }: Page,
): string {
  const first = posts[0];
  const last = posts.at(-1);
  const link = (rel: string, name: string, post: Summary) => {
    const kept = {
      limit: String(limit),
      ...(category && { category }),
      ...(tag && { tag }),
      ...(author && { author }),
      ...(status !== 'published' && { status }),
      ...(scheduled && { scheduled }),
      ...(featured && { featured }),
      ...(lead && { first: lead }),
      ...(kind && { kind }),
      ...(from && { from: from.toISOString() }),
      ...(until && { until: until.toISOString() }),
    };
    return `<${path}?${new URLSearchParams({ ...kept, [name]: cursorOf(post) })}>; rel="${rel}"`;
  };
  const links = [];
  if (last && (more || before !== undefined)) links.push(link('next', 'after', last));
  if (first && (before === undefined ? after !== undefined || offset > 0 : more))
    links.push(link('prev', 'before', first));
  return links.join(', ');
}

const cursorOf = ({ createdAt, id }: Summary): string => encodeCursor([createdAt.getTime(), id]);

const earliest = Date.parse('0001-01-01T00:00:00Z');
const latest = Date.parse('9999-01-01T00:00:00Z');

function parseCursor(cursor: string, field: string): Cursor {
  const [createdAt, id] = decodeCursor(cursor, ['number', 'number'], field);
  if (createdAt < earliest || createdAt > latest || id < 1) failField(field, 'is not a cursor of this list');
  return [createdAt, id];
}
