import { outsideCode } from './code.ts';
import { framed } from './framed.ts';
import { plainText } from './plain-text.ts';

/** Where a target leads now; undefined when it leads nowhere; `whole` is an absolute address whose path it is. Never asked about addresses of other hosts and anchors of the same page. */
export type Resolve = ((target: string, kind: 'link' | 'picture', whole?: string) => string | undefined) & {
  /** Path of an absolute address that was the blog's own; undefined for any other. */
  readonly own?: (address: string) => string | undefined;
  /** What stands for the address of a picture on another host. */
  readonly foreign?: (address: string) => string;
};

/**
 * Rewrites every relative target of an article: Markdown links and pictures, reference definitions, `href` and `src` in raw HTML. A link
 * that leads nowhere leaves its text, such a picture its description. Also drops what only some programs understand or what no page may
 * show: attribute lists, except the ids of headings, and HTML comments; embedded frames become links.
 */
export function rewriteLinks(markdown: string, resolve: Resolve): string {
  const change = (text: string): string => {
    const clean = frames(text.replace(/<!--[\s\S]*?-->/g, ''))
      .replace(/^(?:[*+-]|1[.)])[ \t]+.*\n[ \t]*\{:[ \t]*toc\b[^{}\n]*\}[ \t]*$/gim, '[toc]')
      .replace(/^(#{1,6}[ \t].*?)[ \t]*\{([ \t]*[:#.][^{}\n]*)\}[ \t]*$/gm, (_, heading: string, list: string) => {
        const id = /#([^\s{}#]+)/.exec(list)?.[1];
        return id ? `${heading} {#${id}}` : heading;
      })
      .replace(/^(#{1,6}[ \t].*)\n[ \t]*\{:([^{}\n]*)\}[ \t]*$/gm, (_, heading: string, list: string) => {
        const id = /#([^\s{}#]+)/.exec(list)?.[1];
        return id && !/\{#[^{}]*\}$/.test(heading) ? `${heading} {#${id}}` : heading;
      })
      .replace(/^[ \t]*\{:[ \t]*(?:[.#][\w-]|[\w-]+=)[^{}\n]*\}[ \t]*(?:\n|$)/gm, '')
      .replace(/(?<=[)\]*`\u0000>])\{(?::[^{}\n]*|[ \t]*(?:[.#][\w-]|[\w-]+=)[^{}\n]*)\}/g, '');
    return definitions(tags(byName(inline(clean, resolve), resolve), resolve), resolve);
  };
  return outsideCode(markdown, change, { indented: true });
}

/** Names of articles that are no target of a link, as `{{< ref >}}` alone has them: their address. */
const byName = (text: string, resolve: Resolve): string =>
  text.replace(
    /(?<![\w(/"'<])@post\/([^\s)\]"'<>,;!?]*[^\s)\]"'<>,;!?.:])/g,
    (target, name: string) => resolve(target, 'link') ?? decodeURIComponent(name),
  );

function newTarget(target: string, kind: 'link' | 'picture', resolve: Resolve): string | undefined {
  if (!/^(?:[a-z][a-z0-9+.-]*:|\/\/|#)/i.test(target)) return resolve(target, kind);
  const own = resolve.own?.(target);
  if (own !== undefined) return resolve(own, kind, target);
  return kind === 'picture' && /^(?:https?:)?\/\//i.test(target) ? (resolve.foreign?.(target) ?? target) : target;
}

/** Links and pictures written `[text](target "title")`, also one inside the other. */
function inline(text: string, resolve: Resolve): string {
  let out = '';
  let at = 0;
  for (let open = text.indexOf('['); open >= 0; open = text.indexOf('[', at)) {
    const picture = text[open - 1] === '!' && text[open - 2] !== '\\';
    const close = text[open - 1] === '\\' ? -1 : closing(text, open);
    const target = close < 0 ? undefined : destination(text, close + 1);
    const start = picture ? open - 1 : open;
    if (!target || start < at) {
      out += text.slice(at, open + 1);
      at = open + 1;
      continue;
    }
    const label = picture ? text.slice(open + 1, close) : inline(text.slice(open + 1, close), resolve);
    out += text.slice(at, start) + rewritten(label, target, picture, resolve);
    at = target.end;
  }
  return out + text.slice(at);
}

function rewritten(label: string, target: Destination, picture: boolean, resolve: Resolve): string {
  const to = newTarget(target.url, picture ? 'picture' : 'link', resolve);
  if (to !== undefined)
    return `${picture ? '!' : ''}[${label}](${to === target.url ? (target.written ?? shownTarget(to)) : shownTarget(to)}${target.title})`;
  if (!picture) return label;
  const description = plainText(label);
  return description ? `*${description}*` : '';
}

const shownTarget = (to: string): string => (/[\s()<>]/.test(to) ? `<${to}>` : to);

/** Index of the bracket that closes the one at `open`, at most a paragraph away; -1 when there is none. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length && at < open + 4000; at++) {
    const char = text[at];
    if (char === '\\') at++;
    else if (char === '\n' && /^\n[ \t]*\n/.test(text.slice(at, at + 200))) return -1;
    else if (char === '[') depth++;
    else if (char === ']' && --depth === 0) return at;
  }
  return -1;
}

interface Destination {
  url: string;
  /** As it stands there, where that has escaped characters. */
  written?: string;
  /** With the blank before it: ` "…"`, or empty. */
  title: string;
  end: number;
}

function destination(text: string, at: number): Destination | undefined {
  const form =
    /\(\s*(?:<([^<>\n]*)>|((?:[^\s()<>]|\((?:[^\s()]|\([^\s()]*\))*\))*))(\s+(?:"[^"]*"|'[^']*'|\([^()]*\)))?\s*\)/y;
  form.lastIndex = at;
  const [whole, angled, bare, title = ''] = form.exec(text) ?? [];
  const url = angled ?? bare;
  // Something in brackets followed by something in parentheses is no link when that is no address: `array[0](x)`.
  if (whole === undefined || !url || !/[./#:]/.test(url)) return undefined;
  const end = at + whole.length;
  const written = { title: title && ` ${title.trim()}`, end };
  const plain = url.replace(/\\([!-/:-@[-`{-~])/g, '$1');
  return plain === url
    ? { url, ...written }
    : { url: plain, written: angled === undefined ? url : `<${url}>`, ...written };
}

/** Addresses below the text: of links, and of pictures where a picture names them (`![text][label]`, `![label]`). */
function definitions(text: string, resolve: Resolve): string {
  const ofPictures = new Set(
    Array.from(text.matchAll(/!\[((?:[^\]\\]|\\.)*)\](?:\[([^\]\n]+)\]|\[\]|(?![[(:]))/g), ([, alt = '', label]) =>
      labelOf(label ?? alt),
    ),
  );
  return text.replace(
    /^( {0,3}\[(?!\^)([^\]\n]+)\]:[ \t]*)<?([^\s<>]+)>?(.*)$/gm,
    (whole, before: string, label: string, target: string, after: string) => {
      if (!/[./#:]/.test(target)) return whole;
      const to = newTarget(target, ofPictures.has(labelOf(label)) ? 'picture' : 'link', resolve);
      return to === undefined ? whole : `${before}${to}${after}`;
    },
  );
}

/** Labels are the same in any case, with blanks of any kind (CommonMark 6.3). */
const labelOf = (label: string): string => label.trim().replace(/\s+/g, ' ').toLowerCase();

const attribute = (name: string) => new RegExp(`(\\s${name}\\s*=\\s*)(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i');

function tags(text: string, resolve: Resolve): string {
  return text.replace(/<(a|img|source|video)\b[^<>]*>/gi, (tag: string, name: string) => {
    const anchor = name.toLowerCase() === 'a';
    const place = attribute(anchor ? 'href' : 'src');
    const [, , double, single, bare] = place.exec(tag) ?? [];
    const target = double ?? single ?? bare;
    if (!target) return tag;
    const to = newTarget(target, anchor ? 'link' : 'picture', resolve);
    if (to !== undefined) return tag.replace(place, (_, before: string) => `${before}"${to.replaceAll('"', '%22')}"`);
    if (anchor) return tag.replace(place, '');
    const [, , alt = '', alternative = ''] = attribute('alt').exec(tag) ?? [];
    return alt || alternative ? `<em>${alt || alternative}</em>` : '';
  });
}

const frame = '<iframe\\b([^>]*)>[\\s\\S]*?</iframe>';
const [aloneInLine, anywhere] = [new RegExp(`^[ \\t]*${frame}[ \\t]*$`, 'gim'), new RegExp(frame, 'gi')];

/** Frames as cards where they stand alone, else as links. */
function frames(text: string): string {
  const read = (attributes: string) => {
    const of = (name: string) => {
      const [, , double, single, bare] = attribute(name).exec(` ${attributes}`) ?? [];
      return double ?? single ?? bare ?? '';
    };
    return framed(of('src'), of('title'));
  };
  return text
    .replace(aloneInLine, (whole, attributes: string) => {
      const { href, words } = read(attributes) ?? {};
      return href !== undefined && words === undefined ? `\n${href}\n` : whole;
    })
    .replace(anywhere, (_, attributes: string) => {
      const { href, words = 'Video' } = read(attributes) ?? {};
      return href === undefined ? '' : `<a href="${href}">${words}</a>`;
    });
}
