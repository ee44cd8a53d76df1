import { posix } from 'node:path';
import { type Author, authors } from './authors.ts';
import { frontMatter } from './front-matter.ts';
import { readHead } from './head.ts';
import { latin } from './latin.ts';
import { plainText } from './plain-text.ts';
import { timestamp } from './timestamp.ts';

/** A Markdown file as read: `path` relative to the imported folder, with `/`; `modified` is the file's own time. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly modified: Date;
}

/** What a Markdown file says, before anything is decided about its place in the blog. */
export interface Article {
  readonly path: string;
  readonly title: string;
  /** As printed, first author first; empty where the file names nobody. */
  readonly authors: readonly Author[];
  /** RFC 3339. */
  readonly date: string;
  /** Set where the file says no date: what it was taken from instead. */
  readonly dateGuessedFrom?: 'file name' | 'file time';
  readonly body: string;
  readonly category: string;
  /** Wanted last part of its address. */
  readonly slug: string;
  readonly draft: boolean;
  /** What was not understood. */
  readonly notes: readonly string[];
}

/** Reads a Markdown file, or says why it is no article. */
export function readArticle(file: SourceFile): Article | { readonly skipped: string } {
  const text = file.text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '');
  const { fields, body, problem } = frontMatter(text);
  const skipped = notAnArticle(file.path, fields);
  if (skipped) return { skipped };
  const named = string(fields.title ?? fields.linktitle);
  const head = readHead(body, named && plainText(named));
  if (head.body.trim() === '') return { skipped: 'it has no text' };
  const said = saidDate(fields, head.date, head.body);
  return {
    path: file.path,
    title: (named && plainText(named)) || (head.title && plainText(head.title)) || titleOfPath(file.path),
    authors: saidAuthors(fields, head.authors, head.body),
    ...(said.date ? { date: said.date } : guessedDate(file)),
    body: head.body,
    category: categoryOf(file.path, fields),
    slug: slugOf(file.path, fields),
    draft: isDraft(fields),
    notes: [...(problem ? [problem] : []), ...said.notes],
  };
}

/** Pages about the folder, and section indexes. An index that has a title and a date is an article in a folder of its own. */
function notAnArticle(path: string, fields: Readonly<Record<string, unknown>>): string | undefined {
  const name = posix
    .basename(path)
    .replace(/\.\w+$/, '')
    .toLowerCase();
  if (
    /^(?:attribution|licen[cs]e|notice|copying|contributing|code[_-]of[_-]conduct|changelog|security|authors|maintainers)$/.test(
      name,
    )
  )
    return 'it is about the folder, not an article';
  if (name.startsWith('_')) return 'its name begins with "_", which marks templates and section pages';
  if ((name === 'index' || name === 'readme') && !(fields.title && fields.date)) return 'it is an index page';
  return undefined;
}

const dateKeys = [
  'date',
  'published',
  'published on',
  'publishdate',
  'publish date',
  'pubdate',
  'posted',
  'created',
  'created_at',
];

function saidDate(
  fields: Readonly<Record<string, unknown>>,
  below: string | undefined,
  body: string,
): { date?: string; notes: string[] } {
  const values = dateKeys
    .map((key) => fields[key])
    .filter((value) => value !== undefined && value !== null && typeof value !== 'boolean' && value !== '');
  const date = values.map(timestamp).find(Boolean) ?? below ?? microformatDate(body);
  const odd = values.filter((value) => !timestamp(value));
  return { ...(date ? { date } : {}), notes: odd.map((value) => `date not understood: ${String(value)}`) };
}

/** `<time class="dt-published" datetime="…">` of an h-entry (microformats2), as exports of other platforms have it. */
function microformatDate(body: string): string | undefined {
  const [, attributes = '', text = ''] = /<time\b([^<>]*\bdt-published\b[^<>]*)>([^<]*)/i.exec(body) ?? [];
  return timestamp(/\bdatetime="([^"]*)"/i.exec(attributes)?.[1]) ?? timestamp(text);
}

function guessedDate({ path, modified }: SourceFile): Pick<Article, 'date' | 'dateGuessedFrom'> {
  const named = timestamp(/(?:^|\/)(\d{4}-\d{2}-\d{2})(?=[-_.])[^/]*$/.exec(path)?.[1]);
  return named
    ? { date: named, dateGuessedFrom: 'file name' }
    : { date: modified.toISOString(), dateGuessedFrom: 'file time' };
}

function saidAuthors(fields: Readonly<Record<string, unknown>>, below: string | undefined, body: string): Author[] {
  const value = fields.author ?? fields.authors ?? fields.by;
  const entries = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  const said = entries.flatMap(authorsOf);
  if (said.length > 0)
    return withHandles(said, string(fields['author handle'] ?? fields.author_handle ?? fields.handle));
  if (below) return authors(below);
  return authors(/<\w+\b[^<>]*\bp-author\b[^<>]*>([^<]+)</i.exec(body)?.[1] ?? '');
}

function authorsOf(entry: unknown): Author[] {
  if (typeof entry !== 'object' || entry === null) return authors(String(entry));
  const { name, title, url, link } = entry as Record<string, unknown>;
  const profile = string(url ?? link);
  return authors(string(name ?? title) ?? '').map((author) => ({ ...author, ...(profile ? { profile } : {}) }));
}

/** Links of an "author handle" field belong to the authors in order, where there are as many. A handle tells more than a link in a name. */
function withHandles(said: Author[], handles = ''): Author[] {
  const links = handles.match(/https?:\/\/\S+/g) ?? [];
  if (links.length !== said.length) return said;
  return said.map((author, index) => ({ ...author, profile: links[index]! }));
}

function categoryOf(path: string, fields: Readonly<Record<string, unknown>>): string {
  const [folder] = path.split('/').slice(0, -1);
  const list = fields.category ?? fields.categories;
  return readable(folder ?? string(Array.isArray(list) ? list[0] : list) ?? 'Blog');
}

function titleOfPath(path: string): string {
  return readable(nameOf(path));
}

function slugOf(path: string, fields: Readonly<Record<string, unknown>>): string {
  const wish =
    string(fields.slug)?.split('/').filter(Boolean).at(-1) ?? nameOf(path).replace(/^\d{4}-\d{2}-\d{2}[-_]/, '');
  const slug =
    latin(wish) ||
    wish
      .toLowerCase()
      .normalize('NFC')
      .replace(/[^\p{L}\p{N}\p{M}]+/gu, '-')
      .replace(/^-+|-+$/g, '');
  return [...slug].slice(0, 80).join('').replace(/-+$/, '') || 'post';
}

/** The file's name without ending; of an index page, its folder's. */
function nameOf(path: string): string {
  const name = posix.basename(path).replace(/\.\w+$/, '');
  return /^(?:index|readme)$/i.test(name) ? posix.basename(posix.dirname(path)) : name;
}

/** `how-to_guides` → `How to guides`. */
function readable(name: string): string {
  const words = name.replace(/[-_]+/g, ' ').replace(/\s+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function isDraft(fields: Readonly<Record<string, unknown>>): boolean {
  return String(fields.draft) === 'true' || fields.status === 'draft' || fields.published === false;
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() || undefined : undefined;
}
