import { slugOf } from '@dormouse/runtime/slug';
import { decodeHTML } from 'entities';
import type { Article } from '../article.ts';
import { saidLanguage } from '../said-language.ts';
import { withoutControls } from '../source-text.ts';
import { timestamp } from '../timestamp.ts';
import type { Exported } from './exported.ts';
import { withBlocks, wordpressMarkdown } from './wordpress-text.ts';
import { readWxrItems, type Wxr, type WxrItem } from './wxr-items.ts';

/** Kinds of items that are no text for readers. */
const machinery =
  /^(?:nav_menu_item|revision|wp_block|wp_template|wp_template_part|wp_global_styles|wp_navigation|wp_font_family|wp_font_face|custom_css|customize_changeset|oembed_cache|user_request|acf-field|acf-field-group|wpcf7_contact_form|elementor_library|product_variation|scheduled-action|polylang_mo|language_switcher)$/;
/** Kinds of items that are about customers, and what people sent by a form: nothing of a blog, not even of its drafts. */
const ofPeople =
  /^(?:shop_(?:order|subscription|coupon|webhook)|wc_order|edd_(?:payment|discount|log)|give_payment|wc_booking|wc_user_membership|feedback|flamingo_|wpforms|nf_sub|wpcf7s|tribe_(?:rsvp|tpp|wooticket)|tec_tc_)/;
const isNoText = (type: string): boolean => type === 'attachment' || machinery.test(type) || ofPeople.test(type);

/** Reads an export of WordPress (WXR 1.0 to 1.2). */
export function readWordpress(path: string, text: string, { now }: { now: Date }): Exported {
  const wxr = readWxrItems(text);
  const offset = offsetOf(wxr.items);
  const all = wxr.items.map((item) => ({
    item,
    type: field(item, 'wp:post_type') || 'post',
    file: `${path}#${field(item, 'wp:post_id')}`,
  }));
  const texts = all.filter(({ type }) => !isNoText(type));
  const context = contextOf(wxr);
  const read = texts.map(({ item, type, file }) => ({
    file,
    item,
    article: articleOf(file, item, type, { wxr, offset, now, context }),
  }));
  return {
    articles: read.flatMap(({ article }) => article ?? []),
    skipped: read.flatMap(({ article, item, file }) =>
      article || field(item, 'wp:status') === 'auto-draft'
        ? []
        : [{ file, reason: `it has no text: ${titleOf(item)}` }],
    ),
    asides: all.flatMap(({ item, type, file }) =>
      isNoText(type)
        ? [{ file, reason: `it is no article (${type})${ofPeople.test(type) ? '' : `: ${titleOf(item)}`}` }]
        : [],
    ),
    addresses: wxr.addresses,
  };
}

const field = ({ fields }: WxrItem, name: string): string => withoutControls(fields.get(name)?.trim() ?? '');

/** WordPress stores titles with HTML's entities, and some with tags. */
const titleOf = (item: WxrItem): string =>
  decodeHTML(inOneLanguage(field(item, 'title')).replace(/<\/?[a-z][^<>]*>/gi, ''))
    .replace(/\s+/g, ' ')
    .trim();

/** The first of several languages, as qTranslate keeps them in one field. */
const inOneLanguage = (title: string): string =>
  title
    .split(/\[:(?:[a-z]{2})?\]|<!--:(?:[a-z]{2})?-->/)
    .map((part) => part.trim())
    .find(Boolean) ?? '';

/** The texts of the block of footnotes: JSON in a field of the post. */
function footnotesOf({ meta }: WxrItem): ReadonlyMap<string, string> {
  try {
    const all = JSON.parse(meta.get('footnotes') ?? '[]') as readonly { id?: unknown; content?: unknown }[];
    return new Map(all.map(({ id, content }) => [String(id), String(content ?? '')]));
  } catch {
    return new Map();
  }
}

interface Blog {
  readonly wxr: Wxr;
  /** Of local time, ms; undefined when no item tells. */
  readonly offset: number | undefined;
  readonly now: Date;
  readonly context: ReturnType<typeof contextOf>;
}

/** What texts refer to by number: pictures, and blocks that several posts share. */
function contextOf({ items }: Wxr) {
  const by = (type: string) => items.filter((item) => field(item, 'wp:post_type') === type);
  return {
    pictures: new Map(
      by('attachment').map((item) => [
        field(item, 'wp:post_id'),
        {
          url: field(item, 'wp:attachment_url'),
          alt: item.meta.get('_wp_attachment_image_alt') || '',
          parent: field(item, 'wp:post_parent'),
        },
      ]),
    ),
    blocks: new Map(
      by('wp_block').flatMap((item) =>
        field(item, 'wp:status') === 'publish'
          ? [[field(item, 'wp:post_id'), field(item, 'content:encoded')] as const]
          : [],
      ),
    ),
  };
}

function articleOf(file: string, item: WxrItem, type: string, blog: Blog): Article | undefined {
  const { wxr, now, context } = blog;
  const footnotes = footnotesOf(item);
  const { text: body, unknown } = wordpressMarkdown(field(item, 'content:encoded'), {
    ...context,
    footnotes,
    post: field(item, 'wp:post_id'),
  });
  const thumbnail = context.pictures.get(item.meta.get('_thumbnail_id') ?? '');
  if (body === '' && !thumbnail) return undefined;
  const said = dateOf(item, blog.offset);
  const [categories, tags] = ['category', 'post_tag'].map((domain) =>
    item.categories.filter((one) => one.domain === domain).map(({ name }) => name),
  ) as [string[], string[]];
  const lang = languageOf(item);
  const login = field(item, 'dc:creator');
  const author = wxr.authors.get(login) || login;
  const title = titleOf(item);
  const whole = [withBlocks(field(item, 'content:encoded'), context.blocks), ...footnotes.values()].join('\n');
  const hidden = hiddenBy(item, type, whole, said, now);
  // WordPress leads from it to the permalink, and short links and e-mails have it.
  const number = `/?p=${field(item, 'wp:post_id')}`;
  return {
    path: file,
    title: title || 'Untitled',
    authors: author ? [{ name: author.slice(0, 100) }] : [],
    date: said ?? now.toISOString(),
    ...(said ? {} : { dateGuessedFrom: 'file time' as const }),
    body,
    converted: true,
    unknown,
    ...(thumbnail ? { cover: thumbnail } : {}),
    category: categories[0] ?? 'Blog',
    slug: slugOf(decoded(item.meta.get('_wp_desired_post_slug') || field(item, 'wp:post_name')) || title || 'post'),
    kind: type === 'page' ? 'page' : 'post',
    featured: field(item, 'wp:is_sticky') === '1',
    ...(lang === undefined ? {} : { lang, language: isMain(lang, wxr) ? undefined : lang.toLowerCase() }),
    hidden,
    alsoAt: [field(item, 'link'), field(item, 'guid'), number].filter((address) => address.includes('/')),
    extra: {
      tags,
      categories,
      addresses: hidden.length > 0 ? [] : [field(item, 'link'), number].filter(Boolean),
      summary: excerpt(field(item, 'excerpt:encoded')),
      comments: item.comments.filter(({ approved }) => approved).length,
    },
    notes: [],
  };
}

/** As Polylang keeps it, a term, or WPML, a field. */
function languageOf({ categories, meta }: WxrItem): string | undefined {
  const term = categories.find(({ domain }) => domain === 'language');
  return saidLanguage(term?.nicename || meta.get('_wpml_import_language_code') || meta.get('_wpml_language'));
}

const isMain = (lang: string, { language }: Wxr): boolean =>
  lang.split('-')[0] === language.split('-')[0]?.toLowerCase();

/** @param whole its text, with shared blocks and footnotes */
function hiddenBy(item: WxrItem, type: string, whole: string, date: string | undefined, now: Date): string[] {
  const status = field(item, 'wp:status');
  return [
    ...(status === 'publish' ? [] : [`status: ${status || 'none'}`]),
    ...(field(item, 'wp:post_password') === '' ? [] : ['it has a password']),
    ...(date !== undefined && Date.parse(date) > now.getTime() ? [`dated ${date.slice(0, 10)}, in the future`] : []),
    ...(type === 'post' || type === 'page' ? [] : [`it is of the kind ${type}`]),
    ...partlyHidden(item, whole),
    ...(item.broken ? ['the export is damaged here'] : []),
  ];
}

/** Blocks and shortcodes of plugins that show their text to some readers only. */
const gated =
  /[<]!--\s*wp:(?:jetpack\/)?(?:premium-content|paywall)|"blockVisibility"|\[(?:members?|private|restrict|protect|paid|premium|hide|secret|login|logged|subscribers?|visitor|membership|mepr|pmpro|rcp|ihc-hide|um_|wlm_)[\w-]*[^\]]*\]/i;
/** A part of a shortcode's name that says the same: `[wpmem_logged_in]`, `[is_logged_in]`, `[content_protector]`. */
const gates = new Set(
  (
    'member members memberful membership private restrict restricted restriction protect protected protector paid paywall premium hide hidden ' +
    'hideif secret login loggedin logged loggedout subscriber subscribers visitor visitors guest guests mepr pmpro rcp ihc wlm swpm s2if ' +
    's2member wpmem wcm arm ppw passster password passwords lock locker locked sociallocker emaillocker signinlocker leaky eyesonly patreon ' +
    'access adminonly useronly usersonly memberonly membersonly role capability'
  ).split(' '),
);

const isGated = (content: string): boolean =>
  gated.test(content) ||
  [...content.matchAll(/(?<!\[)\[([a-z_][\w-]*)/gi)].some(
    ([, name]) =>
      /^(?:users?|admins?|authors?|editors?)[_-]?only$|^only[_-]/i.test(name!) ||
      name!
        .toLowerCase()
        .split(/[_-]/)
        .some((part) => gates.has(part)),
  );
/** Fields of plugins that say who may read. */
const rights =
  /^_?(?:members_access|rcp_|pmpro|mepr|wlm|wc_memberships|restrict|content_permission|is_private|private$|jetpack_newsletter_access)/i;

function partlyHidden(item: WxrItem, whole: string): string[] {
  const fields = [...item.meta].filter(
    ([key, value]) => rights.test(key) && !/^(?:|0|no|false|everybody|public|a:0:\{\})$/i.test(value.trim()),
  );
  return [
    ...(isGated(whole) ? ['a part of it is not for everybody'] : []),
    ...fields.map(([key]) => `a plugin says who may read it (${key})`),
  ];
}

/** Time of publication: GMT's where it is one, else the local one less the site's offset, else that of the feed. */
function dateOf(item: WxrItem, offset: number | undefined): string | undefined {
  const gmt = real(field(item, 'wp:post_date_gmt'));
  if (gmt) return gmt;
  const local = real(field(item, 'wp:post_date'));
  if (local) return new Date(Date.parse(local) - (offset ?? 0)).toISOString();
  return timestamp(field(item, 'pubDate'));
}

/** WordPress writes 0000-00-00 for no date. */
const real = (text: string): string | undefined => (/^0000|^-/.test(text) ? undefined : timestamp(text));

/** Local time less GMT, of the last item that has both: a WXR says no zone. */
function offsetOf(items: readonly WxrItem[]): number | undefined {
  for (const item of items.toReversed()) {
    const [local, gmt] = [real(field(item, 'wp:post_date')), real(field(item, 'wp:post_date_gmt'))];
    if (local && gmt) return Date.parse(local) - Date.parse(gmt);
  }
  return undefined;
}

function decoded(slug: string): string {
  try {
    return decodeURIComponent(slug);
  } catch {
    return slug;
  }
}

/** WordPress reads it as HTML; with elements it stays as it is. */
const excerpt = (html: string): string | undefined => (/<[a-z!/]/i.test(html) ? html : decodeHTML(html)) || undefined;
