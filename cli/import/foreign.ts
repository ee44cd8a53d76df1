import { outsideCode } from './code.ts';
import { isCallout } from './commonmark.ts';
import { withoutInlineFootnotes } from './inline-footnotes.ts';
import { withMarkedLines } from './marked-lines.ts';

/** What the text of an article is besides Markdown, and what was not understood of it, by kind. */
export interface Translated {
  readonly text: string;
  /** How often a tag, a shortcode or a variable stands in the text as it was: `{{< gallery >}}`. */
  readonly unknown: ReadonlyMap<string, number>;
}

type Arguments = { readonly positional: readonly string[]; readonly named: Readonly<Record<string, string>> };

/**
 * Tags of Jekyll and Hexo (`{% … %}`) and shortcodes of Hugo (`{{< … >}}`) as Markdown, where they have a meaning in it; all others stay
 * as they are. Links to articles by name become `@post/NAME`, for whoever knows the addresses.
 * @param titleOf the title of the article that a tag names
 * @param options.isVault it is a note of Obsidian or Logseq: a wikilink to nothing is shown as its words, and `^name` behind a block is its name
 */
export function translated(
  markdown: string,
  titleOf: (name: string) => string | undefined,
  { isVault = false } = {},
): Translated {
  const unknown = new Map<string, number>();
  const count = (kind: string) => void unknown.set(kind, (unknown.get(kind) ?? 0) + 1);
  for (const [, name] of markdown.matchAll(/^[ \t>]*(?:```|~~~)[ \t]*(dataview(?:js)?|tasks|query|base|leaflet)\b/gm))
    count(`\`\`\`${name}`);
  const text = outsideCode(withMarkedLines(fences(markdown)), (visible) => {
    const named = isVault
      ? visible
          .replace(/(?<=[ \t]|^)\^([A-Za-z0-9-]+)[ \t]*$/gm, '<a id="$1"></a>')
          .replace(/^[ \t]*(?:id|collapsed|background-color|logseq\.[\w.-]+|card-[\w-]+)::[ \t].*(?:\n|$)/gm, '')
      : visible;
    const known = tabs(boxes(withoutInlineFootnotes(named)))
      .replace(/\{\{\s*(?:site|config)\.(?:baseurl|url|root)\s*\}\}/g, '')
      .replace(
        /\{\{\s*(["'])(\/?[^"'{}]*)\1\s*\|\s*(?:relative_url|absolute_url|prepend:\s*site\.(?:baseurl|url)|url)\s*\}\}/g,
        '$2',
      )
      .replace(/\{%-?\s*(?:raw|endraw)\s*-?%\}/g, '')
      .replace(/\{::(?:nomarkdown|options)\b[^{}]*\}|\{:\/(?:nomarkdown)?\}/g, '')
      // It sets a variable, and shows nothing.
      .replace(/^[ \t]*\{%-?\s*assign\b(?:(?!%\}).)*-?%\}[ \t]*(?:\n|$)/gm, '')
      .replace(
        /^[ \t]*\{%-?\s*(\w+)((?:(?!%\}).)*?)-?%\}[ \t]*$/gm,
        (whole, name: string, rest: string) => aloneInLine(tag(name, split(rest), titleOf)) ?? whole,
      )
      .replace(
        /(?<!\{)\{%-?\s*(\w+)((?:(?!%\}).)*?)-?%\}/gs,
        (whole, name: string, rest: string) => tag(name, split(rest), titleOf) ?? whole,
      )
      .replace(
        /\{\{[<%]\s*([\w/-]+)((?:(?![>%]\}\}).)*?)\/?\s*[>%]\}\}/gs,
        (whole, name: string, rest: string) => shortcode(name, split(rest)) ?? whole,
      )
      .replace(
        /\{\{-?[ \t]*(\w+)\(([^(){}\n]*)\)[ \t]*-?\}\}/g,
        (whole, name: string, rest: string) => called(name, split(rest).named) ?? whole,
      )
      .replace(
        /!?\[\[([^[\]|\n#\\]*)(#[^[\]|\n\\]*)?(?:\\?\|([^[\]\n]*))?\]\](?!\()/g,
        (whole, page: string, part = '', words = '') =>
          (part !== '' && titleOf(encodeURIComponent(`${page}${part}`.trim())) !== undefined
            ? wikilink(`${page}${part}`, '', words, true)
            : wikilink(page, part, words, isVault || titleOf(page.trim()) !== undefined)) ?? whole,
      )
      .replace(/(?<![=\w])==(?=[^\s=])([^=\n]*[^\s=])==(?![=\w])/g, '<mark>$1</mark>')
      .replace(/\\\\\((.+?)\\\\\)/g, (_, tex: string) => `$${tex.trim()}$`)
      .replace(/\\\\\[([\s\S]+?)\\\\\]/g, (_, tex: string) => `$$${tex}$$`);
    for (const [, name] of known.matchAll(/(?<!\{)\{%-?\s*(\w+)(?:(?!%\}).)*%\}/gs)) count(`{% ${name} %}`);
    for (const [, name] of known.matchAll(/\{\{[<%]\s*\/?\s*(\w[\w/-]*)(?:(?![>%]\}\}).)*[>%]\}\}/gs))
      count(`{{< ${name} >}}`);
    for (const [, name] of known.matchAll(/\{\{-?\s*([\w.$]+)[^{}]*\}\}/g)) count(`{{ ${name} }}`);
    for (const [, name] of known.matchAll(/(?<!\]\()<([A-Z]\w*)\b/g)) count(`<${name}>`);
    for (const _ of known.matchAll(/<%(?:(?!%>)[\s\S])*%>/g)) count('<% %>');
    for (const [, name] of known.matchAll(/^:{3,}[ \t]*(\w+)/gm)) if (!isCallout(name!)) count(`:::${name}`);
    // What stands in such comments is shown as a shortcode.
    return known.replace(/\{\{([<%])\/\*\s*([\s\S]*?)\s*\*\/([>%])\}\}/g, '{{$1 $2 $3}}');
  });
  return { text, unknown };
}

/** An address that stands for a tag in a line of its own is a paragraph, and so a card. */
const aloneInLine = (text: string | undefined): string | undefined =>
  text !== undefined && /^https?:\/\/\S+$/.test(text) ? `\n${text}\n` : text;

/** Boxes of Hexo's and Hugo's themes as containers, which become callouts; quotations of Hexo as such. */
const boxes = (text: string): string =>
  text
    .replace(
      /^((?:>.*\n)+)[ \t]*\{:[ \t]*\.prompt-(tip|info|warning|danger)\b[^{}\n]*\}[ \t]*$/gm,
      (_, quotation: string, kind: string) => `> [!${kind}]\n${quotation.trimEnd()}`,
    )
    .replace(
      /^\{%-?[ \t]*(note|alert|admonition)\b([^%\n]*)%\}[ \t]*\n([\s\S]*?)^\{%-?[ \t]*end\1[ \t]*-?%\}[ \t]*$/gm,
      (_, name: string, rest: string, inner: string) => box(name, split(rest), inner),
    )
    .replace(
      /^\{\{[<%][ \t]*(notice|admonition|callout|alert|hint|note|tip|info|warning)\b((?:(?![>%]\}\}).)*)[>%]\}\}[ \t]*\n([\s\S]*?)^\{\{[<%][ \t]*\/[ \t]*\1[ \t]*[>%]\}\}[ \t]*$/gm,
      (_, name: string, rest: string, inner: string) => box(name, split(rest), inner),
    )
    .replace(
      /^\{%-?[ \t]*(blockquote|quote)\b([^%\n]*)%\}[ \t]*\n([^\u0000]*?)^\{%-?[ \t]*end\1[ \t]*-?%\}[ \t]*$/gm,
      (_, _name: string, said: string, inner: string) => quotation(inner, said.trim()),
    )
    // Zola's, whose shortcodes are called.
    .replace(
      /^\{%-?[ \t]*(quote|blockquote|note|alert|admonition|callout|notice|hint|tip|info|warning)\(([^)%\n]*)\)[ \t]*-?%\}[ \t]*\n((?:(?!^\{%)[^\n]*\n)*)^\{%-?[ \t]*end[ \t]*-?%\}[ \t]*$/gm,
      (_, name: string, rest: string, inner: string) => {
        const { positional, named } = split(rest);
        return /quote$/.test(name)
          ? quotation(inner, named.author ?? named.source ?? named.cite ?? '')
          : box(name, { positional: positional.filter((word) => word !== ','), named }, inner);
      },
    );

const quotation = (inner: string, source: string): string =>
  `${inner.trimEnd()}${source ? `\n\n— ${source}` : ''}`.replace(/^/gm, '> ').replace(/^> $/gm, '>');

/** What themes call kinds of boxes. */
const boxKinds: Readonly<Record<string, string>> = {
  success: 'tip',
  error: 'danger',
  warn: 'warning',
  primary: 'info',
};

function box(name: string, { positional, named }: Arguments, inner: string): string {
  const [first = '', ...others] = positional;
  const wanted = (named.type ?? (isCallout(boxKinds[first] ?? first) ? first : name)).toLowerCase();
  const kind = boxKinds[wanted] ?? wanted;
  const words = named.type === undefined && wanted === first.toLowerCase() ? others : positional;
  const title =
    named.title ?? words.filter((word) => !/^(?:default|no-icon|simple|modern|flat|icon)$/.test(word)).join(' ');
  return `:::${isCallout(kind) ? kind : 'note'}${title ? `[${title}]` : ''}\n${inner.trimEnd()}\n:::`;
}

/** Tabs one below the other: a page of ours has no script that could change them. */
const tabs = (text: string): string =>
  text
    .replace(/^[ \t]*<\/?Tabs\b[^<>]*>[ \t]*$/gm, '')
    .replace(/^[ \t]*<TabItem\b([^<>]*)>[ \t]*$/gm, (_, attributes: string) => {
      const [, label] = /\blabel="([^"]*)"/.exec(attributes) ?? /\bvalue="([^"]*)"/.exec(attributes) ?? [];
      return label ? `**${label}**` : '';
    })
    .replace(/^[ \t]*<\/TabItem>[ \t]*$/gm, '')
    .replace(
      /^(:{3,})[ \t]*(?:code-group|code-tabs|tabs)\b[^\n]*\n([\s\S]*?)^\1[ \t]*$/gm,
      (_, _marks, inner: string) => inner.replace(/^@tab(?::active)?[ \t]+(.+)$/gm, '**$1**'),
    );

const blockTags: readonly [RegExp, (rest: string) => string][] = [
  [/\{%-?\s*highlight\s+([\w+#-]+)[^%]*%\}\n?([\s\S]*?)\n?\{%-?\s*endhighlight\s*-?%\}/g, (language) => language],
  [
    /\{%-?\s*code(?:block)?\b([^%]*)%\}\n?([\s\S]*?)\n?\{%-?\s*endcode(?:block)?\s*-?%\}/g,
    (rest) => /lang:(\S+)/.exec(rest)?.[1] ?? '',
  ],
  [
    /\{\{[<%]\s*highlight\s+([\w+#-]+)(?:(?![>%]\}\}).)*[>%]\}\}\n?([\s\S]*?)\n?\{\{[<%]\s*\/\s*highlight\s*[>%]\}\}/g,
    (language) => language,
  ],
];

/** Code between tags as code between fences, before anything in it is looked at. */
function fences(markdown: string): string {
  const admonitions = markdown.replace(
    /^```ad-(\w+)[ \t]*\n([\s\S]*?)^```[ \t]*$/gm,
    (_, kind: string, inner: string) => {
      const [, title = ''] = /^title:[ \t]*(.*)$/m.exec(inner) ?? [];
      const text = inner.replace(/^(?:title|collapse|icon|color):.*\n/gm, '').trim();
      return `> [!${kind}]${title && ` ${title}`}\n${text.replace(/^/gm, '> ')}`;
    },
  );
  return blockTags.reduce(
    (text, [form, languageOf]) =>
      text.replace(form, (_, rest: string, code: string) => {
        const marks = '`'.repeat(Math.max(3, ...[...code.matchAll(/`+/g)].map(([run]) => run.length + 1)));
        return `${marks}${languageOf(rest)}\n${code}\n${marks}`;
      }),
    admonitions,
  );
}

const figureFiles = /(?:^|\/)(?:[\w-]*[-_])?(?:figure|image|img|picture|photo)(?:[-_][\w-]*)?(?:\.\w+)?$/i;
const videoFiles = /(?:^|\/)(?:[\w-]*[-_])?(youtube|vimeo|video)(?:[-_]?(?:player|embed))?(?:\.\w+)?$/i;

/** `{% include figure.html src="a.png" caption="…" %}`, as themes of Jekyll have them. */
function included(file: string, named: Readonly<Record<string, string>>): string | undefined {
  const source =
    named.src ??
    named.image_path ??
    named.path ??
    named.url ??
    named.image ??
    named.img ??
    named.file ??
    named.filename;
  if (figureFiles.test(file) && source) return figure(source, named);
  const [, kind = ''] = videoFiles.exec(file) ?? [];
  const id = named.id ?? named.video_id ?? named.youtube_id ?? named.video;
  if (kind === '' || !id) return undefined;
  return /vimeo/i.test(named.provider ?? kind) ? `https://vimeo.com/${id}` : video(id);
}

function figure(source: string, named: Readonly<Record<string, string>>): string {
  const image = `![${named.alt ?? named.caption ?? named.title ?? ''}](${source.replace(/ /g, '%20')})`;
  const words = [named.title, named.caption].filter(Boolean).join(' – ');
  return `${named.link ? `[${image}](${named.link})` : image}${words ? `\n\n*${words}*` : ''}`;
}

function tag(
  name: string,
  { positional, named }: Arguments,
  titleOf: (name: string) => string | undefined,
): string | undefined {
  const [first = '', ...rest] = positional;
  if (first === '' && Object.keys(named).length === 0) return undefined;
  if (/^include(?:_cached)?$/.test(name)) return included(first, named);
  if (name === 'post_url' || name === 'post_path') return atPost(first);
  if (name === 'link') return linkTag(positional);
  if (name === 'post_link')
    return `[${rest.filter((word) => !/^(?:true|false)$/.test(word)).join(' ') || titleOf(first) || first}](${atPost(first)})`;
  if (name === 'asset_path') return first;
  if (name === 'asset_link') return `[${rest.join(' ') || first}](${first})`;
  if (name === 'asset_img' || name === 'img') return picture(positional);
  if (name === 'youtube') return video(first);
  if (name === 'vimeo') return /^\d+$/.test(first) ? `https://vimeo.com/${first}` : undefined;
  if (name === 'gist') return /^[\w-]+\/\w+$/.test(first) ? `https://gist.github.com/${first}` : undefined;
  if (name === 'twitter' || name === 'tweet') return /^https?:\/\/\S+$/.test(first) ? first : undefined;
  return undefined;
}

/** `{% link _posts/a.md %}` of Jekyll, `{% link words https://… [title] %}` of Hexo. */
function linkTag(words: readonly string[]): string {
  const at = words.findIndex((word) => /^(?:https?:)?\/\//.test(word));
  if (at < 0) return `/${words[0]}`;
  return at === 0 ? words[0]! : `[${words.slice(0, at).join(' ')}](${words[at]})`;
}

/** A link to the article of a name, for whoever knows its address; a part of it stays behind it. */
function atPost(name: string): string {
  const [page = '', ...part] = name.split('#');
  return `@post/${encodeURIComponent(page)}${part.length > 0 ? `#${part.join('#')}` : ''}`;
}

/** `{% asset_img [class] file [width] [height] ["title" ["alt"]] %}`. */
function picture(words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => /\.\w{3,4}$/.test(word) || /^https?:/.test(word));
  if (at < 0) return undefined;
  const said = words
    .slice(at + 1)
    .filter((word) => !/^\d+%?$/.test(word))
    .join(' ');
  const [title = '', alt = title] = said.split('" "').map((part) => part.replace(/^"|"$/g, ''));
  return `![${alt || title}](${words[at]!.replace(/ /g, '%20')})`;
}

function shortcode(name: string, { positional, named }: Arguments): string | undefined {
  const [first = ''] = positional;
  if (name === 'ref' || name === 'relref') return atPost(first || named.path || '');
  if (name === 'youtube') return video(first || named.id || '');
  if (name === 'vimeo') return `https://vimeo.com/${first || named.id}`;
  if (name === 'instagram') return `https://www.instagram.com/p/${first || named.id}/`;
  if (name === 'tweet' || name === 'twitter' || name === 'x') return post(named, first);
  if (name === 'gist')
    return positional.length < 2 ? undefined : `https://gist.github.com/${positional[0]}/${positional[1]}`;
  if (name !== 'figure') return undefined;
  const source = named.src ?? first;
  if (!source) return undefined;
  return figure(source, named);
}

/** `{{ youtube(id="…") }}`, as Zola has shortcodes. */
const called = (name: string, named: Readonly<Record<string, string>>): string | undefined =>
  name === 'gist' && named.url !== undefined
    ? named.url
    : /^(?:img|image|picture)$/.test(name) && named.src !== undefined
      ? figure(named.src, named)
      : /^(?:youtube|vimeo|figure)$/.test(name) && (named.id ?? named.src) !== undefined
        ? shortcode(name, { positional: [], named })
        : undefined;

/** A post of X; old shortcodes name it by its number alone. */
const post = ({ user, id }: Readonly<Record<string, string>>, first: string): string | undefined =>
  user && id
    ? `https://x.com/${user}/status/${id}`
    : /^\d+$/.test(first)
      ? `https://x.com/i/status/${first}`
      : undefined;

/** An address in a line of its own is a card. */
const video = (id: string): string | undefined =>
  /^[\w-]{6,}$/.test(id) ? `https://www.youtube.com/watch?v=${id}` : undefined;

/** `[[Note]]`, `[[Note#Part|words]]`, and a picture `![[a.png]]`; the text of another note is one click away. */
function wikilink(page: string, part: string, words: string, known: boolean): string | undefined {
  if (/\.(?:png|jpe?g|gif|webp|avif|svg)$/i.test(page))
    return `![${/^\d+(?:x\d+)?$/.test(words) ? '' : words}](<${page}>)`;
  if (page.trim() === '' && part) return `[${words || part.slice(1)}](${partOf(part)})`;
  if (attachments.test(page)) return `[${words || page}](<${page}>)`;
  if (!known) return undefined;
  return `[${words || page}](@post/${encodeURIComponent(page.trim())}${part ? partOf(part) : ''})`;
}

const attachments =
  /\.(?:pdf|mp3|m4a|wav|ogg|oga|flac|3gp|mp4|webm|ogv|mov|mkv|canvas|base|docx?|xlsx?|pptx?|zip|csv|txt)$/i;

/** The last of a part's parts: `#A#B` is B within A, `#^a1b2c3` the block of that name. */
const partOf = (part: string): string =>
  `#${part
    .slice(part.lastIndexOf('#') + 1)
    .replace(/^\^/, '')
    .toLowerCase()
    .replace(/ /g, '-')}`;

function split(rest: string): Arguments {
  const named: Record<string, string> = {};
  const positional: string[] = [];
  for (const [, name, double, single, bare] of rest.matchAll(
    /(?:([\w-]+)\s*=\s*)?(?:"([^"]*)"|'([^']*)'|`[^`]*`|([^\s"'`]+))/g,
  )) {
    const value = double ?? single ?? bare ?? '';
    if (name) named[name.toLowerCase()] = value;
    else positional.push(value);
  }
  return { positional, named };
}
