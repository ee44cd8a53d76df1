import { decodeHTML } from 'entities';
import { fromHtml } from 'hast-util-from-html';
import { treeMarkdown } from '../html-markdown.ts';
import type { Element, ElementContent, Root, RootContent } from '../html-tree.ts';
import { asMarkdown, codeOf, escaped, isCode, layoutOf, mediaOf } from './shortcode-meanings.ts';
import { type Meaning, type Shortcode, withoutShortcodes } from './shortcodes.ts';
import { withSpans } from './spans.ts';

export interface WordpressContext {
  /** Pictures by the number of their attachment. */
  readonly pictures: ReadonlyMap<string, { readonly url: string; readonly alt: string; readonly parent: string }>;
  /** Shared blocks by their number. */
  readonly blocks: ReadonlyMap<string, string>;
  /** Texts of the post's footnotes by their ids, which the block of footnotes keeps beside the text. */
  readonly footnotes: ReadonlyMap<string, string>;
  /** Its own number: a gallery that names no pictures has those that were uploaded for it. */
  readonly post: string;
}

/**
 * The text of a post of WordPress, of blocks or of the classic editor, as Markdown. Shortcodes without a meaning here stay as they are, and
 * are counted by name.
 */
export function wordpressMarkdown(
  content: string,
  context: WordpressContext,
): { readonly text: string; readonly unknown: ReadonlyMap<string, number> } {
  const below: Notes = [];
  const whole = withBlocks(content.replace(/\r\n?/g, '\n'), context.blocks);
  const { html, unknown } = withoutShortcodes(
    marked(latex(inLanguages(whole)), context.footnotes, below),
    meaningOf(context, below),
    isCode,
  );
  const blocks = /<!--\s*wp:/.test(whole);
  const markdown = (part: string): string => {
    const tree = fromHtml(part, { fragment: true });
    return treeMarkdown(linked(blocks ? tree : inParagraphs(tree)));
  };
  const definitions = below.map((note, at) => `[^${at + 1}]: ${markdown(note).replace(/\n(?=.)/g, '\n    ')}`);
  return { text: [markdown(html), ...definitions].filter(Boolean).join('\n\n'), unknown };
}

/** Characters of shared blocks in one text: blocks that name each other would have no end. */
const maxShared = 2 * 1024 * 1024;

/** A text with the shared blocks that it names, and those that these name. */
export function withBlocks(content: string, blocks: WordpressContext['blocks']): string {
  let left = maxShared;
  const filled = (text: string, depth: number): string =>
    withSpans(
      text,
      /<!--\s*wp:block\s*\{/,
      () => '-->',
      (whole) => {
        const block = depth < 5 ? blocks.get(/"ref":\s*(\d+)/.exec(whole)?.[1] ?? '') : undefined;
        // One that is empty takes a step, too.
        if (block === undefined || (left -= whole.length + block.length) < 0) return whole;
        return filled(block, depth + 1);
      },
    );
  return filled(content, 0);
}

/** Texts of a post that stand below it. */
type Notes = string[];

const notes = /^(?:ref|footnote|fn|mfn|efn_note|sidenote|ftnt|easy_footnote)$/i;
const formulas = /^(?:latex|tex|math|katex|mathjax|equation|latexpage)$/i;
const contents = /^(?:toc|table_of_contents|tableofcontents|ez-toc|lwptoc)$/i;
const links = /^(?:permalink|post_link|intlink|link_to_post)$/i;

/** What WordPress and its plugins make of a shortcode. */
const meaningOf =
  ({ pictures, post }: WordpressContext, below: Notes): Meaning =>
  (shortcode) => {
    const { name, named, inner, written = '', positional } = shortcode;
    if (/^(?:wp_)?caption$/i.test(name) && inner !== undefined) return captioned(named.caption ?? '', inner);
    if (/^gallery$/i.test(name)) return gallery(named.ids, pictures, post);
    if (/^(?:audio|video)$/i.test(name)) return file(shortcode);
    if (notes.test(name) && inner !== undefined) return asMarkdown(`[^${below.push(inner)}]`);
    if (formulas.test(name) && inner !== undefined) return asMarkdown(`$${decodeHTML(written).trim()}$`);
    if (contents.test(name) && inner === undefined) return `<p>${asMarkdown('[toc]')}</p>`;
    const id = named.id ?? named.href ?? positional[0] ?? '';
    if (links.test(name) && inner && /^\d+$/.test(id)) return `<a href="/?p=${id}">${inner}</a>`;
    if (/^email$/i.test(name)) return inner ?? (named.address && escaped(named.address));
    return codeOf(shortcode) ?? mediaOf(shortcode) ?? pictureBox(shortcode, pictures) ?? layoutOf(shortcode);
  };

function captioned(said: string, inside: string): string {
  const [picture = ''] = /^\s*(?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*<\/a>)?/.exec(inside) ?? [];
  const caption = inside.slice(picture.length).trim() || escaped(decodeHTML(said));
  return `<figure>${picture.trim()}${caption ? `<figcaption>${caption}</figcaption>` : ''}</figure>`;
}

/** Pictures that stand together, as html-markdown.ts knows them. */
const together = (pictures: readonly { readonly url: string; readonly alt: string }[]): string =>
  `<div class="gallery">${pictures.map(({ url, alt }) => `<img src="${escaped(url)}" alt="${escaped(alt)}">`).join('')}</div>`;

function gallery(named: string | undefined, pictures: WordpressContext['pictures'], post: string): string | undefined {
  const ids =
    named === undefined
      ? [...pictures.values()].filter(({ parent }) => parent === post)
      : named.split(/[\s,]+/).flatMap((id) => pictures.get(id) ?? []);
  return ids.length === 0 ? undefined : together(ids);
}

/** Of WordPress' own player; `[audio http://…mp3|titles=Song]` is how a plugin before it had it. */
function file({ name, named, positional, ...rest }: Shortcode): string | undefined {
  const { src, mp3, mp4, m4a, ogg, webm } = named;
  const url =
    src ?? mp3 ?? mp4 ?? m4a ?? ogg ?? webm ?? positional.find((word) => /^https?:/.test(word))?.split('|')[0];
  if (!url) return mediaOf({ name, named, positional, ...rest });
  return `<p><a href="${escaped(url)}">${/^audio$/i.test(name) ? 'Audio' : 'Video'}</a></p>`;
}

/** A picture that a page builder names by the number of its attachment. */
function pictureBox({ name, named }: Shortcode, pictures: WordpressContext['pictures']): string | undefined {
  if (!/(?:^|_)(?:single_image|image|imageframe|images_carousel|media_grid|gallery)$/i.test(name)) return undefined;
  const ids = [named.image, named.images, named.image_id, named.id, named.ids].flatMap((one) => one?.split(',') ?? []);
  const found = ids.flatMap((id) => pictures.get(id.trim()) ?? []);
  return found.length === 0 ? undefined : together(found);
}

/** Texts in several languages in one post, as qTranslate keeps them: all of them, one below the other. */
const inLanguages = (content: string): string =>
  content
    .replace(/<!--:(?:[a-z]{2})?-->/g, '\n\n')
    .replace(/\[:[a-z]{2}\]/g, '\n\n')
    .replace(/\[:\]/g, '\n\n');

/** WordPress.com's formulas: `$latex E=mc^2&s=2$`. */
const latex = (content: string): string =>
  content.replace(/\$latex\s+(?!\s)([^$<]+)\$/g, (_, tex: string) =>
    asMarkdown(`$${decodeHTML(withoutParameters(tex)).trim()}$`),
  );

/** A formula without the size and the colours behind it. */
function withoutParameters(tex: string): string {
  const parts = tex.split(/(?=&)/);
  const isParameter = (index: number) =>
    index > 0 && (/^&(?:s|fg|bg)=/.test(parts[index]!) || /^&(?:amp;|#0*38;)(?:s|fg|bg)=/.test(parts[index]!));
  while (isParameter(parts.length - 1)) parts.pop();
  return parts.join('');
}

/** Marks of the block of footnotes, whose texts are a field of the post. */
const marked = (content: string, footnotes: ReadonlyMap<string, string>, below: Notes): string => {
  const numbers = new Map<string, number>();
  return withSpans(
    content,
    /<sup\b(?=[^<>]*\bdata-fn=")/,
    () => '</sup>',
    (whole) => {
      const id = /\bdata-fn="([^"]*)"/.exec(whole)?.[1] ?? '';
      const note = footnotes.get(id);
      if (note === undefined) return whole;
      const number = numbers.get(id) ?? below.push(note);
      numbers.set(id, number);
      return asMarkdown(`[^${number}]`);
    },
  );
};

const block =
  /^(?:address|article|aside|blockquote|details|dd|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|header|hr|iframe|li|main|nav|ol|p|pre|section|summary|table|ul|video)$/;

/** Text of the classic editor: a blank line ends a paragraph, any other line end is one on the page too. */
function inParagraphs(tree: Root): Root {
  const out: RootContent[] = [];
  let open: ElementContent[] = [];
  const close = () => {
    if (open.some((node) => node.type !== 'text' || node.value.trim() !== ''))
      out.push({ type: 'element', tagName: 'p', properties: {}, children: trimmed(open) });
    open = [];
  };
  for (const node of tree.children) {
    if (node.type === 'text') {
      for (const [index, part] of node.value.split(/\n[ \t]*(?:\n[ \t]*)+/).entries()) {
        if (index > 0) close();
        open.push(...broken(part));
      }
    } else if (node.type === 'element' && block.test(node.tagName)) {
      close();
      out.push(/^(?:blockquote|details|div|section|article|aside)$/.test(node.tagName) ? withParagraphs(node) : node);
    } else if (node.type === 'element') open.push(node);
    else if (node.type === 'comment' && /^\s*(?:more|nextpage)/.test(node.value)) close();
  }
  close();
  return { type: 'root', children: out };
}

function withParagraphs(element: Element): Element {
  const { children } = inParagraphs({ type: 'root', children: element.children });
  return { ...element, children: children as ElementContent[] };
}

const lineBreak = (): Element => ({ type: 'element', tagName: 'br', properties: {}, children: [] });

const broken = (text: string): ElementContent[] =>
  text
    .split('\n')
    .flatMap((line, index): ElementContent[] => [...(index > 0 ? [lineBreak()] : []), { type: 'text', value: line }]);

/** Without line ends at both ends. */
function trimmed(nodes: readonly ElementContent[]): ElementContent[] {
  const empty = (node: ElementContent) =>
    (node.type === 'text' && node.value.trim() === '') || (node.type === 'element' && node.tagName === 'br');
  const first = nodes.findIndex((node) => !empty(node));
  return nodes.slice(first, nodes.findLastIndex((node) => !empty(node)) + 1);
}

/** An address that stands alone was shown as what it leads to; here it is a link. */
function linked(tree: Root): Root {
  const walk = (node: Element): Element => {
    const [only, ...more] = node.children.filter((child) => child.type !== 'text' || child.value.trim() !== '');
    const address = only?.type === 'text' && more.length === 0 ? only.value.trim() : '';
    if (/^(?:p|div|figure)$/.test(node.tagName) && /^https?:\/\/\S+$/.test(address))
      return {
        ...node,
        children: [
          {
            type: 'element',
            tagName: 'a',
            properties: { href: address },
            children: [{ type: 'text', value: address }],
          },
        ],
      };
    return { ...node, children: node.children.map((child) => (child.type === 'element' ? walk(child) : child)) };
  };
  return { ...tree, children: tree.children.map((child) => (child.type === 'element' ? walk(child) : child)) };
}
