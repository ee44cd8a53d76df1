import { decodeHTML } from 'entities';
import { Parser } from 'htmlparser2';

/** One `item` of a WXR: its children by name, texts of the same name one after the other. */
export interface WxrItem {
  readonly fields: ReadonlyMap<string, string>;
  /** Terms; `nicename` is the one in addresses. */
  readonly categories: readonly { readonly domain: string; readonly nicename: string; readonly name: string }[];
  readonly meta: ReadonlyMap<string, string>;
  readonly comments: readonly { readonly approved: boolean }[];
  /** It is not whole: another element begins within a text, or the file ends before it does. */
  readonly broken: boolean;
}

/** What a WXR says about the site. */
export interface Wxr {
  readonly items: readonly WxrItem[];
  /** Display names by log-in. */
  readonly authors: ReadonlyMap<string, string>;
  readonly addresses: readonly string[];
  /** Of the site: `en-US`; empty where it does not say. */
  readonly language: string;
}

/** Whether XML is an export of WordPress. */
export function isWxr(text: string): boolean {
  return /<rss\b[^>]*xmlns:wp=|<wp:wxr_version>/.test(text.slice(0, 20_000));
}

/** Elements of an item that have elements of their own. */
const containers = new Set(['item', 'wp:postmeta', 'wp:comment', 'wp:commentmeta']);
const records = new Set(['wp:author', 'wp:postmeta', 'wp:comment']);

type Draft = {
  fields: Map<string, string>;
  categories: { domain: string; nicename: string; name: string }[];
  meta: Map<string, string>;
  comments: { approved: boolean }[];
  broken: boolean;
};

/**
 * Reads WordPress' eXtended RSS as it is found, not as XML wants it: control characters, entities that XML does not know, and `]]>` within
 * a text do not end it. Entities outside of CDATA are decoded by the parser; those inside are HTML's and belong to the text.
 */
export function readWxrItems(text: string): Wxr {
  const items: Draft[] = [];
  const authors = new Map<string, string>();
  const addresses = new Set<string>();
  let language = '';
  const path: string[] = [];
  let item: Draft | undefined;
  let record = new Map<string, string>();
  let words = '';
  let term = { domain: '', nicename: '' };

  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const parent = path.at(-1) ?? '';
        if (name === 'item') {
          if (item) items.push({ ...item, broken: true });
          item = { fields: new Map(), categories: [], meta: new Map(), comments: [], broken: false };
        } else if (item && !containers.has(parent)) item.broken = true;
        if (records.has(name)) record = new Map();
        if (name === 'category') term = { domain: attributes.domain ?? '', nicename: attributes.nicename ?? '' };
        words = '';
        path.push(name);
      },
      ontext(data) {
        words += data;
      },
      onclosetag(name, implied) {
        path.pop();
        if (item && implied) item.broken = true;
        if (name === 'item' && item) {
          items.push(item);
          item = undefined;
        } else if (!item) {
          if (name === 'wp:author')
            authors.set(record.get('wp:author_login') ?? '', record.get('wp:author_display_name') ?? '');
          else if (name === 'language' && path.at(-1) === 'channel') language = words.trim();
          else if (path.at(-1) === 'wp:author') record.set(name, words.trim());
          else if (
            name === 'wp:base_blog_url' ||
            name === 'wp:base_site_url' ||
            (name === 'link' && path.at(-1) === 'channel')
          )
            addresses.add(words.trim());
        } else if (name === 'category') item.categories.push({ ...term, name: decodeHTML(words.trim()) });
        else if (name === 'wp:postmeta')
          item.meta.set(record.get('wp:meta_key') ?? '', record.get('wp:meta_value') ?? '');
        else if (name === 'wp:comment') item.comments.push({ approved: record.get('wp:comment_approved') === '1' });
        else if (path.at(-1) === 'item') item.fields.set(name, words);
        else if (records.has(path.at(-1) ?? '')) record.set(name, words);
        words = '';
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.write(text);
  parser.end();
  return { items, authors, addresses: [...addresses].filter(Boolean), language };
}
