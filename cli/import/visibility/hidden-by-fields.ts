import type { Pair } from '../front-matter.ts';
import { unread } from '../static-javascript.ts';
import { timestamp } from '../timestamp.ts';
import { isClosed, isForEverybody, isNegative, isPositive, isStanding, wordOf } from './words.ts';

/** Who has one of these is not shown, whatever else than no it says. */
const hiding = new Set(
  (
    'draft drafts isdraft private isprivate hidden ishidden unlisted isunlisted unpublished isunpublished unpublish ' +
    'secret issecret confidential protected isprotected encrypted encrypt headless trashed deleted notpublic ' +
    'eleventyexcludefromcollections excludefromcollections excludefromlists hidefromlists membersonly memberonly ' +
    'subscribersonly subscriberonly'
  ).split(' '),
);
/** The same, where they say yes or whom they let in: `hide: [toc]` means something else. */
const sometimesHiding = new Set(
  'hide wip inprogress restricted internal premium paid members ignore ignored scheduled embargo embargoed'.split(' '),
);
/** Who has one of these is shown only when it says yes, or when. */
const showing = new Set(
  'publish published ispublish ispublished public ispublic dgpublish shouldpublish readytopublish'.split(' '),
);
/** Hides where it says no. */
const sometimesShowing = new Set(
  'visible isvisible ready isready listed islisted live islive online isonline show active isactive enabled render output list'.split(
    ' ',
  ),
);
const passwords = new Set('password passwd passphrase passcode pass pwd'.split(' '));
const statuses = new Set(
  'status poststatus pagestatus publishstatus publicationstatus publishingstatus articlestatus'.split(' '),
);
const visibilities = new Set('visibility postvisibility pagevisibility'.split(' '));
const kinds = new Set(
  'state stage workflow access accesslevel privacy permission layout type posttype kind'.split(' '),
);
const ends = new Set(
  'expirydate expiry expires expiresat expiredate expiration expirationdate expireson expired unpublishdate unpublishat unpublishon unpublishedat'.split(
    ' ',
  ),
);
const begins = new Set(
  'date publishdate publishedat publishat publishon publishedon published pubdate publicationdate released releasedate embargo embargodate embargoed embargoeduntil golive schedule scheduled scheduledat scheduledfor availablefrom postdate posted'.split(
    ' ',
  ),
);

/** Parts of a head that say how something on the page looks: `cover: { hidden: true }`. */
const display =
  /^(?:cover|covers?image|image|images|picture|pictures|photo|photos|thumbnail|hero|heroimage|banner|header|footer|gallery|video|audio|media|toc|tableofcontents|sidebar|nav|navigation|menu|menus|breadcrumbs?|comment|comments|author|authors|avatar|share|social|ads|math|katex|mermaid|resources|related|search|seo|sitemap|robots|redirects?|links?|tags|categories|taxonomies|cascade|eleventycomputed)$/;
/** Parts in which a word that has many meanings still has the one of the top. */
const containers =
  /^(?:build|page|post|article|params|extra|meta|metadata|options|settings|attributes|data|frontmatter|publishing|publication|properties|blog)$/;

export interface HiddenByOptions {
  readonly now: Date;
  /** Where times without a zone are. */
  readonly zone?: string | undefined;
}

/**
 * Why fields of a head keep an article from the public, as any program understands them, nested and quoted ones too; empty when none
 * does. What cannot be understood hides.
 * @example hiddenByFields([['draft', 'yes']], { now }) // ['draft: yes']
 */
export function hiddenByFields(said: readonly Pair[], options: HiddenByOptions): string[] {
  return [...new Set(said.flatMap((pair) => reasons(pair, [], options)))];
}

function reasons([key, value]: Pair, above: readonly string[], options: HiddenByOptions): string[] {
  const name = key.toLowerCase().replace(/[^a-z]/g, '');
  const path = [...above, key.trim()].join('.');
  const own = reason(
    name,
    value,
    above.every((part) => containers.test(plain(part))),
    options,
  );
  const found = own === undefined ? [] : [passwords.has(name) ? `${path} is set` : `${path}${own}`];
  if (name === 'permalink' && isRecord(value) && Object.values(value).includes(false)) found.push(`${path}: false`);
  if (!isRecord(value) || display.test(name) || above.length > 6) return found;
  return [...found, ...Object.entries(value).flatMap((pair) => reasons(pair, [...above, key], options))];
}

/** What follows the field's name in a reason. `near`: no part above it gives the name another meaning. */
function reason(name: string, value: unknown, near: boolean, options: HiddenByOptions): string | undefined {
  const words = wordsOf(value);
  const shown = `: ${words.join(', ')}`;
  if (value === unread) return isSaying(name) ? ' cannot be read without running it' : undefined;
  const date = dateReason(name, value, options);
  if (date !== undefined) return date;
  if (words.length === 0) return undefined;
  const no = words.every(isNegative);
  const hides =
    (hiding.has(name) && !no) ||
    (/^(?:permalink|url)$/.test(name) && words[0] === 'false') ||
    (passwords.has(name) && !no) ||
    (showing.has(name) && !words.every((word) => isPositive(word) || isForEverybody(word) || isDate(word, options))) ||
    (statuses.has(name) && !words.every(isStanding)) ||
    (visibilities.has(name) && !words.every(isForEverybody)) ||
    (near && sometimesHiding.has(name) && words.some((word) => isPositive(word) || isClosed(word))) ||
    (near &&
      sometimesShowing.has(name) &&
      words.some((word) => isNegative(word) || word === 'link' || word === 'local')) ||
    (near && kinds.has(name) && words.some(isClosed));
  return hides ? shown : undefined;
}

function isSaying(name: string): boolean {
  return [hiding, showing, passwords, statuses, visibilities].some((names) => names.has(name));
}

function dateReason(name: string, value: unknown, options: HiddenByOptions): string | undefined {
  if (!ends.has(name) && !begins.has(name)) return undefined;
  const said = typeof value === 'number' ? seconds(value) : timestamp(value, options.zone);
  const text = value instanceof Date ? value.toISOString() : String(value);
  if (ends.has(name)) {
    if (said !== undefined) return Date.parse(said) <= options.now.getTime() ? `: ${text} is over` : undefined;
    const word = wordOf(value);
    return word === undefined || isNegative(word) ? undefined : `: ${text}`;
  }
  if (said !== undefined) return Date.parse(said) > options.now.getTime() ? `: ${text} is in the future` : undefined;
  const year = Number(/\b[2-9]\d{3}\b/.exec(text)?.[0] ?? 0);
  return year >= options.now.getUTCFullYear() ? `: ${text} may be in the future` : undefined;
}

/** A number may be a time in seconds or milliseconds of the epoch. */
function seconds(value: number): string | undefined {
  if (value < 1e9 || value > 1e14) return undefined;
  return new Date(value < 1e11 ? value * 1000 : value).toISOString();
}

const isDate = (word: string, { zone }: HiddenByOptions): boolean =>
  timestamp(word, zone) !== undefined || (/^\d+$/.test(word) && seconds(Number(word)) !== undefined);

function wordsOf(value: unknown): string[] {
  if (value instanceof Date) return [value.toISOString().toLowerCase()];
  const all = Array.isArray(value) ? value : [value];
  return all.flatMap((one) => (one instanceof Date ? one.toISOString().toLowerCase() : (wordOf(one) ?? [])));
}

const plain = (key: string): string => key.toLowerCase().replace(/[^a-z]/g, '');

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
