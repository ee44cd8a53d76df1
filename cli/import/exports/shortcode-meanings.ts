import { embedOf } from '@dormouse/web/embeds';
import { decodeHTML } from 'entities';
import type { Shortcode } from './shortcodes.ts';

export const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Markdown in the middle of HTML, for `md-raw` of the converter. */
export const asMarkdown = (markdown: string): string => `<md-raw>${escaped(markdown)}</md-raw>`;

/** Languages that plugins for code take for the names of shortcodes. */
const languages =
  /^(?:actionscript3?|as3|bash|shell|sh|coldfusion|cf|clojure|clj|cpp|c|csharp|css|delphi|pascal|diff|patch|erlang|erl|fsharp|go|groovy|java|javafx|jfx|javascript|js|jscript|matlab|objc|obj-c|perl|pl|php|plain|txt|powershell|ps|python|py|r|ruby|rails|ror|rb|scala|sql|swift|typescript|vb|vbnet|xml|xhtml|xslt|html|yaml|yml|json|lisp|lua|haskell|rust|kotlin)$/i;
/** Plugins whose shortcode has a number or a language behind it: `[crayon-5a1b]`, `[cc_php]`, `[cci]`. */
const inlineCode = /^cci[en]*(?:_\w+)?$/i;
const blockCode =
  /^(?:sourcecode|code|codeblock|code_block|cc|cce|ccn|ccb|ccl|cct|cc_\w+|crayon(?:-\w+)?|prism|highlight_code|hcode|geshi|precode|codecolorer|syntax|syntaxhighlighter|gistpen|wpcode|fusion_code|av_codeblock)$/i;

/** Whether a shortcode of this name has code in it. */
export const isCode = (name: string): boolean => inlineCode.test(name) || blockCode.test(name) || languages.test(name);

/** Code of a shortcode, as it was written: an editor may have encoded its signs, or not. */
export function codeOf({ name, named, positional, written }: Shortcode): string | undefined {
  if (written === undefined) return undefined;
  const isInline = inlineCode.test(name) || named.inline === 'true';
  if (!isInline && !isCode(name)) return undefined;
  const language =
    named.language ??
    named.lang ??
    (languages.test(name) ? name : undefined) ??
    /^cci?e?_(\w+)$/.exec(name)?.[1] ??
    positional.find((word) => languages.test(word)) ??
    'text';
  // Of the visual editor: lines are elements there.
  const html = /<(?:br|p)\b/i.test(written) ? written : written.replace(/</g, '&lt;').replace(/^\n/, '').trimEnd();
  if (isInline) return `<code>${html.trim()}</code>`;
  return `<pre class="language-${escaped(language)}">${html}</pre>`;
}

/** Where a video is by the number that old shortcodes have instead of an address. */
const byNumber: readonly (readonly [RegExp, RegExp, (id: string) => string])[] = [
  [/youtube|^lyte$|^yt$/i, /^[\w-]{11}$/, (id) => `https://www.youtube.com/watch?v=${id}`],
  [/vimeo/i, /^\d{4,}$/, (id) => `https://vimeo.com/${id}`],
  [/dailymotion/i, /^[a-z0-9]{5,}$/i, (id) => `https://www.dailymotion.com/video/${id}`],
  [/tweet|twitter/i, /^\d{6,}$/, (id) => `https://x.com/i/status/${id}`],
  [/instagram/i, /^[\w-]{8,}$/, (id) => `https://www.instagram.com/p/${id}/`],
  [/gist/i, /^[0-9a-f]{6,}$/i, (id) => `https://gist.github.com/${id}`],
  [/spotify/i, /^spotify:\w+:\w+$/, (id) => `https://open.spotify.com/${id.split(':').slice(1).join('/')}`],
];
const media =
  /^(?:(?:su|fusion|vc|et_pb|av|mk|us|ux|nectar|themify|responsive|arve|epyt|sc)_)?(?:youtube|youtube_?sc|youtube_advanced|yt|lyte|vimeo|dailymotion|soundcloud|tweet|twitter|embedded_?tweet|instagram|spotify|flickr|flickr_?video|google_?maps?|googlevideo|gmap|gist|bandcamp|ted|tiktok|facebook|twitch|reddit|issuu|scribd|codepen|jsfiddle|pinterest|mixcloud|video|video_player|audio|embed|embedyt|arve|evp_embed_video|videojs|flowplayer|jwplayer|gfycat|giphy|imgur|strava|github|screencast|screenr|ustream|viddler|veoh|metacafe|blip\.?tv|myspace|kickstarter|getty|codesandbox)$/i;
const posts = /^(?:audio|video)$/i;

/** A video, a map or a post of somebody else as a link that stands alone: a card on our pages. */
export function mediaOf(shortcode: Shortcode): string | undefined {
  const { name, named, positional, raw, written = '' } = shortcode;
  if (!media.test(name)) return undefined;
  const all = decodeHTML(`${raw} ${written.replace(/<[^<>]*>/g, ' ')}`).replace(/&amp;/g, '&');
  const [address] = /https?:\/\/[^\s"'|<>[\]]+/i.exec(all) ?? [];
  if (address) {
    const words = posts.test(name) ? (/^audio$/i.test(name) ? 'Audio' : 'Video') : undefined;
    const href = embedOf(address)?.href ?? address;
    return `<p><a href="${escaped(href)}">${words ?? escaped(href)}</a></p>`;
  }
  const ids = [named.id, named.clip_id, named.video_id, named.video, named.v, ...positional, written.trim()];
  for (const [names, id, addressOf] of byNumber) {
    const found = names.test(name) ? ids.find((one) => one !== undefined && id.test(one)) : undefined;
    if (found) return `<p><a href="${escaped(addressOf(found))}">${escaped(addressOf(found))}</a></p>`;
  }
  return undefined;
}

/** Prefixes of page builders and of collections of shortcodes: without them a name says what it is. */
const families =
  /^(?:vc|vc_tta|et_pb|fusion_builder|fusion|av|mk|nectar|kc|ux|cs|us|su|tatsu|themify|dt|qode|ult|wpb|woodmart|porto|thb|vcex|stm|otw_shortcode|symple|wpex|bs|tie|bd|gdlr|shortcode|theme|sc|minti|vision|be|mp|cherry|themeum|pt|uk|az|one|kleo|bt|sf|vntd|td|x)_/i;

const kinds: readonly (readonly [RegExp, (shortcode: Shortcode, inner: string) => string | undefined])[] = [
  [/^(?:divider|hr|separator|line|rule|text_separator|divider_advanced)$/, ({ named }) => `${titleIn(named)}<hr>`],
  [/^(?:clear|clearfix|clearboth|space|spacer|empty_space|gap|br|blank|end_?columns?|wpautop|nbsp)$/, () => '\n\n'],
  [
    /^(?:dropcaps?\d?|drop_cap|first_letter|raw|noformat|no_?wpautop|small|large|big|center|left|right|align\w*|font|color|size|span|text_?color|abbr|tooltip|popover|lightbox|animate\w*|lead|intro|icon_text|nobr|urlspan|inline|label|badge|lang_\w+)$/,
    (_, inner) => inner,
  ],
  [/^(?:highlight|hl|mark|marker|highlighted)$/, (_, inner) => `<mark>${inner}</mark>`],
  [/^(?:pull_?quote|quote|blockquote|testimonial|quotation|block_?quote|quote_box)\w*$/, quoted],
  [/^(?:button|btn|cta_button|link_button|download_button|button_link|buttonlink|call_to_action|cta)\d?$/, button],
  [/^(?:heading|title|custom_heading|headline|section_title|fancy_heading|special_heading|h[1-6])$/, heading],
  [
    /^(?:toggles?|spoilers?|accordions?|accordion_?(?:item|section|toggle|inner|tab|content)|collapse|expand|read_?more|showhide|faq|toggle_?item|tta_section|slide_?toggle|accordion_son)$/,
    toggled,
  ],
  [
    /^(?:tabs?|tab_?(?:item|content|pane|inner|nav|group|section)s?|tabgroup|tour|tabbed_section|tta_(?:tabs|accordion|tour|pageable))$/,
    titled,
  ],
  [
    /^(?:box|note|alert|info|warning|tip|success|error|danger|notice|callout|message|info_?box|notification|alert_?box|frame|panel|card|well|blurb|icon_?box|feature_?box|content_?box|service|announcement|infobox|message_?box)$/,
    boxed,
  ],
  [/^(?:single_image|image|img|imageframe|image_frame|picture|photo)$/, image],
  [/^raw_html$/, ({ written = '' }) => raw(written)],
  [
    /^(?:row|rows|row_inner|column|columns|column_inner|column_text|col\d?|col_?\d+(?:_\d+)?|cols|section|section_inner|container|full_?width|fullwidth_\w+|text|text_?block|textblock|content|wrap|wrapper|div|block|inner|group|area|list|li|li_item|checklist|bullet_?list|icon_?list|row_?item|builder_\w+|flexbox|grid|grid_\w+|text_output|text_inner|center_block|html_block|verse|poem|lyrics|(?:one|two|three|four|five)_?(?:halfs?|halves|thirds?|fourths?|fifths?|sixths?|quarters?)(?:_(?:last|first|inner|end))*|(?:half|third|quarter|full)(?:_(?:last|first|inner))?|span\d+|grid_?\d+|col-\w+(?:-\d+)?|\d+_?col\w*|last|first)$/,
    titled,
  ],
];

/** Text of themes and page builders as the HTML that it was shown as: columns one below the other, toggles as such. */
export function layoutOf(shortcode: Shortcode): string | undefined {
  const name = shortcode.name.toLowerCase();
  const family = families.test(name);
  const bare = name.replace(families, '').replace(families, '');
  for (const [names, make] of kinds) {
    if (!names.test(bare)) continue;
    // Without an end it has no text; what is left of it is said by its attributes.
    const html = make(shortcode, shortcode.inner ?? '');
    const isWord =
      shortcode.inner === undefined &&
      shortcode.raw.trim() === '' &&
      !family &&
      !/^(?:clear|clearfix|divider|hr|separator|space|spacer)$/.test(bare);
    return isWord || (html !== undefined && html === '' && shortcode.inner === undefined) ? undefined : html;
  }
  return family && shortcode.inner !== undefined ? titled(shortcode, shortcode.inner) : undefined;
}

const div = (html: string): string => `\n\n<div>${html}</div>\n\n`;
const titleIn = ({ title, heading, header, label, tab_title }: Readonly<Record<string, string>>): string => {
  const words = title ?? heading ?? header ?? tab_title ?? label ?? '';
  return words ? `<p><strong>${escaped(decodeHTML(words))}</strong></p>` : '';
};

function titled({ named, inner: given }: Shortcode, inner: string): string {
  return given === undefined && !titleIn(named) ? '' : div(`${titleIn(named)}${inner}`);
}

function boxed({ named }: Shortcode, inner: string): string {
  return inner.trim() === '' && !titleIn(named) ? '' : `\n\n<blockquote>${titleIn(named)}${inner}</blockquote>\n\n`;
}

function quoted({ named, inner: given }: Shortcode, inner: string): string {
  const by = named.cite ?? named.author ?? named.name ?? named.by;
  if (given === undefined) return '';
  return `\n\n<blockquote>${inner}${by ? `<p>— ${escaped(decodeHTML(by))}</p>` : ''}</blockquote>\n\n`;
}

function toggled({ name, named, inner: given }: Shortcode, inner: string): string {
  const title = named.title ?? named.heading ?? named.header ?? named.more ?? named.question;
  if (title === undefined || /s$|^accordion$|_accordion$/i.test(name)) return given === undefined ? '' : div(inner);
  return `\n\n<details><summary>${escaped(decodeHTML(title))}</summary>${inner}</details>\n\n`;
}

function heading({ name, named, inner: given }: Shortcode): string {
  const rank =
    /h([1-6])$/i.exec(name)?.[1] ??
    /(?:^|[|\s:])h([1-6])\b/.exec(named.font_container ?? named.tag ?? named.size ?? '')?.[1] ??
    '2';
  const words = given?.trim() || escaped(decodeHTML(named.text ?? named.title ?? named.heading ?? ''));
  return words ? `\n\n<h${rank}>${words}</h${rank}>\n\n` : '';
}

/** WPBakery writes links as `url:https%3A%2F%2F…|title:…`. */
function button({ named, positional }: Shortcode, inner: string): string {
  const link =
    named.link ??
    named.url ??
    named.href ??
    named.button_url ??
    named.button_link ??
    positional.find((word) => /^https?:/.test(word)) ??
    '';
  const [, packed] = /^url:([^|]*)/.exec(link) ?? [];
  const href = packed === undefined ? link : decoded(packed);
  const words =
    inner.trim() || escaped(decodeHTML(named.title ?? named.button_text ?? named.text ?? named.label ?? ''));
  if (!words) return '';
  return /^(?:https?:|\/|#|mailto:)/.test(href) ? ` <a href="${escaped(href)}">${words}</a> ` : ` ${words} `;
}

function image({ named }: Shortcode, inner: string): string {
  const source = named.src ?? named.url ?? named.image_url ?? named.source ?? named.image ?? '';
  if (/^(?:https?:)?\/|^\S+\.(?:png|jpe?g|gif|webp)$/i.test(source))
    return `\n\n<p><img src="${escaped(source)}" alt="${escaped(decodeHTML(named.alt ?? named.title ?? ''))}"></p>\n\n`;
  return inner;
}

/** WPBakery keeps HTML in base64 of what a browser encodes. */
function raw(written: string): string | undefined {
  const text = written.trim();
  if (!/^[\w+/=\s]+$/.test(text)) return undefined;
  return div(decoded(Buffer.from(text, 'base64').toString('utf8')));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
