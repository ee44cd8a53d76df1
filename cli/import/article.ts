import { posix } from 'node:path';
import { slugOf } from '@dormouse/runtime/slug';
import { type Author, authors } from './authors.ts';
import { outsideCode } from './code.ts';
import { carriedFields, type Extra } from './extra.ts';
import { frontMatter, lowerKeys } from './front-matter.ts';
import { readHead } from './head.ts';
import { markdownOfPage } from './html-page.ts';
import { withExports } from './mdx-exports.ts';
import { plainText } from './plain-text.ts';
import { saidCover } from './said-cover.ts';
import { saidLanguage } from './said-language.ts';
import { anySite } from './site/any.ts';
import { datedPath } from './site/dated-name.ts';
import { below, type Place, type Site } from './site/site.ts';
import { sourceText, withoutComments } from './source-text.ts';
import { timestamp } from './timestamp.ts';
import { hiddenByFields } from './visibility/hidden-by-fields.ts';
import { hiddenByPath } from './visibility/hidden-by-path.ts';

/** A file of text as read: `path` relative to the imported folder, with `/`; `modified` is the file's own time. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly modified: Date;
  /** What was odd about reading it. */
  readonly notes?: readonly string[];
}

/** What a file says, before anything is decided about its place in the blog. */
export interface Article {
  readonly path: string;
  readonly title: string;
  /** As printed, first author first; empty where the file names nobody. */
  readonly authors: readonly Author[];
  /** RFC 3339. */
  readonly date: string;
  /** Set where the file says no date: what it was taken from instead. */
  readonly dateGuessedFrom?: 'file name' | 'file time' | 'nothing';
  readonly body: string;
  /** Its text was HTML: what looks like a tag or a shortcode in it is text. */
  readonly converted?: boolean;
  /** How often a shortcode stands in such a text as it was, by name: `[contact-form]`. */
  readonly unknown?: ReadonlyMap<string, number>;
  /** What made a site of it. */
  readonly program?: string;
  /** The picture that stands for it; a mention is one of a head, which the program may not have shown. */
  readonly cover?: { readonly url: string; readonly alt: string; readonly isMention?: boolean } | undefined;
  readonly category: string;
  /** Wanted last part of its address. */
  readonly slug: string;
  /** Of a translation: a part of addresses. */
  readonly language?: string | undefined;
  /** Language tag (BCP 47) of its text, where its head or its place says it. */
  readonly lang?: string | undefined;
  readonly kind: 'post' | 'page';
  /** Whether the front page begins with it. */
  readonly featured?: boolean;
  /** When it is going to be for everybody, where nothing but its date is why it is not. RFC 3339. */
  readonly scheduled?: string;
  /** Why it is not for everybody: such an article becomes a draft. */
  readonly hidden: readonly string[];
  /** The path that it had by the program's settings, below the site's address. */
  readonly formerly?: string;
  /** Addresses that links know it by, besides those of `extra`. */
  readonly alsoAt?: readonly string[];
  /** Tags, and what the blog has no place for. */
  readonly extra: Extra;
  /** What was not understood. */
  readonly notes: readonly string[];
}

/** Why a file is no article: `aside` when nobody wrote it for readers, `skipped` when it is lost. */
export type NoArticle = { readonly aside: string } | { readonly skipped: string };

export interface ReadArticleOptions {
  /** What a program would make of the file. */
  readonly site?: Site;
  readonly now?: Date;
}

/** Reads a file, or says why it is no article. */
export function readArticle(file: SourceFile, options: ReadArticleOptions = {}): Article | NoArticle {
  const { site = anySite([file.path]), now = new Date() } = options;
  const text = sourceText(file.text);
  const read = frontMatter(text, { mayBeginWithout: site.headMayBeginWithout ?? false });
  const head = /\.mdx$/i.test(file.path) ? withExports(read) : read;
  const place = site.place(below(site.root, file.path)!, head);
  const own = new Set(Object.keys(head.fields));
  const defaults = place.defaults.filter(([key]) => !own.has(key.trim().toLowerCase()));
  const fields = { ...lowerKeys(defaults), ...head.fields };
  const aside = place.aside ?? notAnArticle(place, file.path, fields);
  if (aside) return { aside };

  const html = /\.html?$/i.test(file.path) ? markdownOfPage(head.body) : undefined;
  if (html && 'aside' in html) return html;
  const shown = html ? { text: html.body, open: false } : withoutComments(head.body);
  const saidTitle = string(fields.title ?? fields.linktitle) ?? html?.title;
  const ofFile = site.namesAreTitles && !/^\s*#[ \t]+\S/.test(shown.text) ? place.name : undefined;
  const named = saidTitle ?? ofFile;
  const top = readHead(shown.text, named && plainText(named));
  const textless = withoutText(top.body, head.body, place, fields);
  if (textless) return textless;

  const inPath = place.date ?? datedPath(file.path.replace(/\.\w+$/, ''), site.zone)?.date;
  const said = saidDate(fields, [place.date, top.date, html?.date, microformatDate(head.body)], site);
  const date = said.date ?? inPath;
  const ofFields = hiddenByFields([...defaults, ...head.said], { now, zone: site.zone });
  const hidden = [
    ...place.hidden,
    hiddenByPath(file.path, site),
    ...ofFields,
    ofFields.length === 0 && date !== undefined && Date.parse(date) > now.getTime()
      ? `dated ${date.slice(0, 10)}, in the future`
      : undefined,
    head.problem,
    shown.open ? 'a comment in it does not end' : undefined,
  ].filter((reason) => reason !== undefined);
  const carried = carriedFields(fields, { words: site.categoriesAreWords === true });
  const extra = {
    ...carried,
    tags: (site.tagsInText ? withTagsOf(top.body, carried.tags) : carried.tags)
      .filter((tag) => !site.isList?.(tag, place))
      .map((tag) => site.tags?.get(tag) ?? tag),
  };
  const dated = said.date ? { date: said.date } : guessedDate(file, inPath);
  const { categories } = extra;
  const language = languageOf(fields, place, html?.language);
  const isPublic = hidden.length === 0;
  const published = { path: below(site.root, file.path)!, place, fields, date: dated.date, categories };
  const formerly = isPublic ? site.permalink?.(published) : undefined;
  return {
    path: file.path,
    title: (named && plainText(named)) || titleOf(place, site, top.title),
    authors: saidAuthors(
      authorKeys.some((key) => own.has(key)) ? head.fields : fields,
      top.authors ?? html?.author,
      head.body,
      site,
    ),
    ...dated,
    ...(formerly === undefined ? {} : { formerly }),
    body: top.body,
    ...(site.program ? { program: site.program } : {}),
    cover: saidCover(head.fields),
    category: categoryOf(place, fields, site),
    slug: wantedSlug(place, fields),
    language: place.language ?? string(fields.lang ?? fields.language),
    lang: language.lang,
    kind: place.kind,
    hidden: [...new Set(hidden)],
    extra,
    notes: [...(file.notes ?? []), ...said.notes, ...language.notes],
  };
}

/** Why a file without words of its own is none; what a template makes of a page is no text of it. */
function withoutText(
  text: string,
  whole: string,
  { kind, name }: Place,
  fields: Readonly<Record<string, unknown>>,
): NoArticle | undefined {
  if (text.replace(/\{%[\s\S]*?%\}|\{\{[\s\S]*?\}\}|<[^<>]*>/g, '').trim() !== '') return undefined;
  if (text.trim() !== '') return /\{%-?\s*for\b/.test(text) ? { aside: 'it is a template' } : undefined;
  if (whole.trim() === '' && Object.keys(fields).length === 0) return { aside: 'it is empty' };
  if (/^(?:index|readme)$/i.test(name) || (kind === 'page' && fields.layout))
    return { aside: 'it has no text of its own' };
  return { skipped: 'it has no text' };
}

const aboutFolders =
  /^(?:attribution|licen[cs]e|notice|copying|contributing|code[_-]of[_-]conduct|pull_request_template|issue_template)$/i;
const aboutProject = /^(?:readme|changelog|security|authors|maintainers|contributors|todo|history)$/i;
const parts = /^_?(?:template|sidebar|navbar|footer|coverpage|summary|404)$/i;

/** Pages about the folder, the start page, parts of every page. What has a head of an article is one, whatever its name. */
function notAnArticle(place: Place, path: string, fields: Readonly<Record<string, unknown>>): string | undefined {
  const file = posix.basename(path).replace(/\.\w+$/, '');
  const top = place.folders.length === 0;
  if (fields.title && (fields.date || fields.layout === 'post')) return undefined;
  if (aboutFolders.test(file) && !fields.title) return 'it is about the folder, not an article';
  if (aboutProject.test(file) && !fields.title && (top || /^readme$/i.test(file)))
    return 'it is about the folder, not an article';
  if (/^_?(?:template|sidebar|navbar|coverpage)$/i.test(file) || (parts.test(file) && top && !fields.title))
    return 'it is a part of pages, not an article';
  if (top && /^(?:index|readme)$/i.test(place.name) && !fields.title) return 'it is the start page';
  return fields.home === true || fields.layout === 'home' ? 'it is the start page' : undefined;
}

/** Words with a `#` before them, outside of code and links: tags in a vault. */
function withTagsOf(text: string, said: readonly string[]): string[] {
  const found: string[] = [];
  outsideCode(text, (visible) => {
    for (const [, tag] of visible.matchAll(/(?<![^\s,;(>])#([\p{L}\p{N}_/-]*[\p{L}_/-][\p{L}\p{N}_/-]*)/gu))
      found.push(tag!);
    return visible;
  });
  return [...new Set([...said.map((tag) => tag.replace(/^#?(?:\[\[(.*)\]\])?/, '$1')), ...found])];
}

const dateKeys = [
  'date',
  'published',
  'published on',
  'publishdate',
  'publish date',
  'published_at',
  'publishedat',
  'publisheddate',
  'pubdate',
  'posted',
  'created',
  'created_at',
  'createdat',
  'date created',
  'date_created',
  'date-created',
  'datecreated',
  'created-at',
  'created_on',
  'creation date',
  'creation_date',
  'creation-date',
  'date published',
  'date_published',
  'date-published',
];

function saidDate(
  fields: Readonly<Record<string, unknown>>,
  others: readonly (string | undefined)[],
  site: Site,
): { date?: string; notes: string[] } {
  const values = dateKeys
    .map((key) => fields[key])
    .filter((value) => value !== undefined && value !== null && typeof value !== 'boolean' && value !== '');
  const understood = (value: unknown) => timestamp(value, zoneOf(value, site));
  const changed = ['lastmod', 'modified', 'updated', 'last_modified_at'].map((key) => fields[key]);
  const date = [...values, ...others, ...changed].map(understood).find(Boolean);
  const odd = values.filter((value) => !understood(value));
  return { ...(date ? { date } : {}), notes: odd.map((value) => `date not understood: ${String(value)}`) };
}

/** Where a value without a zone is. */
function zoneOf(value: unknown, { zone, timesAreUtc }: Site): string | undefined {
  return timesAreUtc && /\d:\d\d/.test(String(value)) ? undefined : zone;
}

/** `<time class="dt-published" datetime="…">` of an h-entry (microformats2), as exports of other platforms have it. */
function microformatDate(body: string): string | undefined {
  const [, attributes = '', text = ''] = /<time\b([^<>]*\bdt-published\b[^<>]*)>([^<]*)/i.exec(body) ?? [];
  return timestamp(/\bdatetime="([^"]*)"/i.exec(attributes)?.[1]) ?? timestamp(text);
}

function guessedDate({ modified }: SourceFile, inPath: string | undefined): Pick<Article, 'date' | 'dateGuessedFrom'> {
  return inPath
    ? { date: inPath, dateGuessedFrom: 'file name' }
    : { date: modified.toISOString(), dateGuessedFrom: 'file time' };
}

const authorKeys = ['author', 'authors', 'by'];

function saidAuthors(
  fields: Readonly<Record<string, unknown>>,
  below: string | undefined,
  body: string,
  site: Site,
): Author[] {
  // Zola keeps them with other terms, or among fields of its theme.
  const [of, extra] = [fields.taxonomies, fields.extra].map((one) => (isObject(one) ? one : {}));
  const value =
    fields.author ?? fields.authors ?? fields.by ?? of?.authors ?? of?.author ?? extra?.author ?? extra?.authors;
  const entries = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  const said = entries.flatMap((entry) => authorsOf(entry, site));
  if (said.length > 0)
    return withHandles(said, string(fields['author handle'] ?? fields.author_handle ?? fields.handle));
  if (below) return authors(below);
  return authors(/<\w+\b[^<>]*\bp-author\b[^<>]*>([^<]+)</i.exec(body)?.[1] ?? '');
}

function authorsOf(entry: unknown, site: Site): Author[] {
  const known = site.authors?.get(String(isObject(entry) ? entry.key : entry));
  if (known) return [{ name: known.name, ...(known.url ? { profile: known.url } : {}) }];
  if (!isObject(entry)) return authors(String(entry));
  const { name, title, url, link } = entry;
  const profile = string(url ?? link);
  return authors(string(name ?? title) ?? '').map((author) => ({ ...author, ...(profile ? { profile } : {}) }));
}

/** Links of an "author handle" field belong to the authors in order, where there are as many. A handle tells more than a link in a name. */
function withHandles(said: Author[], handles = ''): Author[] {
  const links = handles.match(/https?:\/\/\S+/g) ?? [];
  if (links.length !== said.length) return said;
  return said.map((author, index) => ({ ...author, profile: links[index]! }));
}

/** Folders that hold articles of every kind, and years. */
const noCategory =
  /^(?:contents?|source|src|pages?|posts?|blogs?|docs?|documents|entries|drafts?|\d{1,4}|\d{4}[-_].*|_.*)$/i;

/** What its head says, else its place, else the page. */
function languageOf(
  fields: Readonly<Record<string, unknown>>,
  place: Place,
  ofPage: string | undefined,
): { lang?: string | undefined; notes: string[] } {
  const said = [fields.lang, fields.language, fields.locale].filter((value) => value !== undefined && value !== null);
  const lang = [...said, place.textLanguage, place.language, ofPage].map(saidLanguage).find(Boolean);
  const odd = lang === undefined ? said.map((value) => `language not understood: ${String(value)}`) : [];
  return { lang, notes: odd };
}

const isLanguage = (folder: string): boolean =>
  /^[a-z]{2}(?:[-_][a-z]{2,4})?$/i.test(folder) && saidLanguage(folder.slice(0, 2)) !== undefined;

function categoryOf({ folders }: Place, fields: Readonly<Record<string, unknown>>, site: Site): string {
  const [said] = carriedFields(fields, { words: site.categoriesAreWords === true }).categories;
  if (said !== undefined) return said;
  const folder = folders.find((each) => !noCategory.test(each) && !isLanguage(each));
  return folder === undefined ? 'Blog' : readable(folder);
}

function titleOf(place: Place, site: Site, heading: string | undefined): string {
  const title = heading && plainText(heading);
  if (title) return title;
  return (place.kind === 'post' && site.titleOfName?.(place.name)) || readable(place.name) || 'Post';
}

/** What the old address ended with: the head's slug or address, else the file's name. */
function wantedSlug({ name }: Place, fields: Readonly<Record<string, unknown>>): string {
  const slug = string(fields.slug);
  const address = [slug, fields.permalink, fields.url].map(string).find((each) => each && !/[:{}<]/.test(each));
  // A slug is no address yet: `C#` has no fragment.
  const last = (address === slug ? address : address?.replace(/[?#].*$/s, ''))
    ?.split('/')
    .filter((part) => part && !/^index\.\w+$/.test(part))
    .at(-1);
  return slugOf(last?.replace(/\.(?:html?|md)$/i, '') ?? name);
}

/** `how-to_guides` → `How to guides`. */
function readable(name: string): string {
  const words = name.replace(/[-_]+/g, ' ').replace(/\s+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() || undefined : undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
