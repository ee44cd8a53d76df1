import { slugOf } from '@dormouse/runtime/slug';
import { Parser } from 'htmlparser2';
import type { Article } from '../article.ts';
import { htmlMarkdown } from '../html-markdown.ts';
import { withoutControls } from '../source-text.ts';
import { timestamp } from '../timestamp.ts';
import type { Exported } from './exported.ts';

/** Whether XML is what Blogger exports: the feed of its own backup, or of Google Takeout. */
export function isBlogger(text: string): boolean {
  const top = text.slice(0, 20_000);
  return /<feed\b/.test(top) && /tag:blogger\.com,|schemas\.google\.com\/blogger\//.test(top);
}

/** One `entry`: its own elements by name, and what its links, terms and author say. */
interface Entry {
  readonly fields: Map<string, string>;
  readonly labels: string[];
  /** Last part of the kind of the older form: `post`, `page`, `comment`, `settings`. */
  kind: string;
  address: string;
  parent: string;
  author: string;
}

/** Reads an export of Blogger (Atom); comments are counted, settings and templates are left out. */
export function readBlogger(path: string, text: string, { now }: { now: Date }): Exported {
  const entries = entriesOf(text);
  const comments = Map.groupBy(
    entries.filter((entry) => kindOf(entry) === 'comment' && hiddenBy(entry, undefined, now).length === 0),
    ({ parent }) => parent,
  );
  const read = entries
    .filter((entry) => /^(?:post|page)$/.test(kindOf(entry)))
    .map((entry) => ({ entry, file: `${path}#${numberOf(entry)}`, body: htmlMarkdown(field(entry, 'content')) }));
  return {
    articles: read
      .filter(({ body }) => body !== '')
      .map(({ entry, file, body }) =>
        articleOf(entry, { file, body, now, comments: comments.get(field(entry, 'id'))?.length ?? 0 }),
      ),
    skipped: read
      .filter(({ body }) => body === '')
      .map(({ entry, file }) => ({ file, reason: `it has no text: ${titleOf(entry)}` })),
    asides: entries.flatMap((entry) =>
      /^(?:post|page|comment)$/.test(kindOf(entry))
        ? []
        : [{ file: `${path}#${numberOf(entry)}`, reason: `it is no article (${kindOf(entry) || 'of no kind'})` }],
    ),
    addresses: [
      ...new Set(read.flatMap(({ entry: { address } }) => (URL.canParse(address) ? new URL(address).origin : []))),
    ],
  };
}

interface Context {
  readonly file: string;
  readonly body: string;
  readonly now: Date;
  readonly comments: number;
}

function articleOf(entry: Entry, { file, body, now, comments }: Context): Article {
  const said = timestamp(field(entry, 'published')) ?? timestamp(field(entry, 'updated'));
  const title = titleOf(entry);
  const hidden = hiddenBy(entry, said, now);
  const former = field(entry, 'blogger:filename') || entry.address;
  const name = /([^/?#]+?)(?:\.html?)?$/.exec(former)?.[1];
  return {
    path: file,
    title: title || 'Untitled',
    authors: entry.author ? [{ name: entry.author.slice(0, 100) }] : [],
    date: said ?? now.toISOString(),
    ...(said ? {} : { dateGuessedFrom: 'file time' as const }),
    body,
    converted: true,
    category: 'Blog',
    slug: slugOf(name ?? (title || 'post')),
    kind: kindOf(entry) === 'page' ? 'page' : 'post',
    hidden,
    alsoAt: former ? [former] : [],
    extra: {
      tags: entry.labels,
      categories: [],
      addresses: former && hidden.length === 0 ? [former] : [],
      summary: field(entry, 'blogger:metaDescription') || undefined,
      comments,
    },
    notes: [],
  };
}

/** Whatever is not live is hidden, what says nothing of it in the newer form, too. */
function hiddenBy(entry: Entry, date: string | undefined, now: Date): string[] {
  const status = field(entry, 'blogger:status');
  const isNewer = entry.fields.has('blogger:type');
  return [
    ...(isNewer && !/^(?:LIVE|PUBLISHED)$/i.test(status) ? [`status: ${status || 'none'}`] : []),
    ...(field(entry, 'blogger:trashed') ? ['it lies in the trash'] : []),
    ...(/^no$|^$/i.test(field(entry, 'app:draft')) ? [] : ['it is a draft']),
    ...(date !== undefined && Date.parse(date) > now.getTime() ? [`dated ${date.slice(0, 10)}, in the future`] : []),
  ];
}

const field = ({ fields }: Entry, name: string): string => withoutControls(fields.get(name)?.trim() ?? '');
const titleOf = (entry: Entry): string => field(entry, 'title').replace(/\s+/g, ' ');
const kindOf = (entry: Entry): string => (field(entry, 'blogger:type') || entry.kind).toLowerCase();
/** `100` of `tag:blogger.com,1999:blog-1.post-100`. */
const numberOf = (entry: Entry): string => field(entry, 'id').replace(/^.*[.-]/, '');

function entriesOf(text: string): Entry[] {
  const entries: Entry[] = [];
  const path: string[] = [];
  let entry: Entry | undefined;
  let words = '';
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (name === 'entry') entry = { fields: new Map(), labels: [], kind: '', address: '', parent: '', author: '' };
        else if (entry && path.at(-1) === 'entry') ofEntry(entry, name, attributes);
        words = '';
        path.push(name);
      },
      ontext(data) {
        words += data;
      },
      onclosetag(name, implied) {
        path.pop();
        if (!entry) return;
        const parent = path.at(-1);
        if (name === 'entry') {
          // A file that ends within it does not say whether it was a draft.
          if (implied) entry.fields.set('app:draft', 'yes');
          entries.push(entry);
          entry = undefined;
        } else if (parent === 'entry' || name === 'app:draft') entry.fields.set(name, words);
        else if (parent === 'author' && name === 'name') entry.author = withoutControls(words.trim());
        words = '';
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.write(text);
  parser.end();
  return entries;
}

function ofEntry(
  entry: Entry,
  name: string,
  { scheme = '', term = '', rel = '', href = '', ref = '' }: Record<string, string>,
) {
  if (name === 'category' && /#kind$/.test(scheme)) entry.kind = /#(\w+)$/.exec(term)?.[1] ?? '';
  else if (name === 'category' && term) entry.labels.push(withoutControls(term));
  else if (name === 'link' && rel === 'alternate') entry.address = href;
  else if (name === 'thr:in-reply-to') entry.parent = ref;
}
