import { fromHtml } from 'hast-util-from-html';
import { treeMarkdown } from '../html-markdown.ts';
import type { Element, ElementContent, Root, RootContent } from '../html-tree.ts';

export interface WordpressContext {
  /** Pictures by the number of their attachment. */
  readonly pictures: ReadonlyMap<string, { readonly url: string; readonly alt: string; readonly parent: string }>;
  /** Shared blocks by their number. */
  readonly blocks: ReadonlyMap<string, string>;
  /** Its own number: a gallery that names no pictures has those that were uploaded for it. */
  readonly post: string;
}

/** The text of a post of WordPress, of blocks or of the classic editor, as Markdown. Shortcodes without a meaning here stay as they are. */
export function wordpressMarkdown(content: string, context: WordpressContext): string {
  const whole = withBlocks(content.replace(/\r\n?/g, '\n'), context.blocks);
  const plain = shortcodes(whole, context);
  const tree = fromHtml(plain, { fragment: true });
  return treeMarkdown(linked(/<!--\s*wp:/.test(whole) ? tree : inParagraphs(tree)));
}

function withBlocks(content: string, blocks: WordpressContext['blocks'], depth = 0): string {
  return content.replace(/<!--\s*wp:block\s*\{[^}]*"ref":\s*(\d+)[^}]*\}\s*\/?-->/g, (whole, ref: string) => {
    const block = depth < 5 ? blocks.get(ref) : undefined;
    return block === undefined ? whole : withBlocks(block, blocks, depth + 1);
  });
}

const attributesOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'\]]+))/g)].map(([, name, double, single, bare]) => [
      name!,
      double ?? single ?? bare ?? '',
    ]),
  );

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** WordPress' own shortcodes as the HTML that they stand for. */
function shortcodes(content: string, { pictures, post }: WordpressContext): string {
  return content
    .replace(/\[(?:source)?code\b([^\]]*)\]\n?([\s\S]*?)\[\/(?:source)?code\]/g, (_, rest: string, code: string) => {
      const { language, lang } = attributesOf(rest);
      return `<pre class="language-${escaped(language ?? lang ?? 'text')}">${/<(?:br|p)\b/.test(code) ? code : code.trimEnd()}</pre>`;
    })
    .replace(/\[caption\b([^\]]*)\]([\s\S]*?)\[\/caption\]/g, (_, rest: string, inside: string) => {
      const [picture = ''] = /^\s*(?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*<\/a>)?/.exec(inside) ?? [];
      const caption = inside.slice(picture.length).trim() || escaped(attributesOf(rest).caption ?? '');
      return `<figure>${picture.trim()}${caption ? `<figcaption>${caption}</figcaption>` : ''}</figure>`;
    })
    .replace(/\[gallery\b([^\]]*)\]/g, (whole, rest: string) => {
      const named = attributesOf(rest).ids;
      const ids =
        named === undefined
          ? [...pictures.values()].filter(({ parent }) => parent === post)
          : named.split(/[\s,]+/).flatMap((id) => pictures.get(id) ?? []);
      return ids.length === 0
        ? whole
        : `<div>${ids.map(({ url, alt }) => `<p><img src="${escaped(url)}" alt="${escaped(alt)}"></p>`).join('')}</div>`;
    })
    .replace(
      /\[embed\b[^\]]*\]\s*(https?:\/\/[^\s[<]+)\s*\[\/embed\]/g,
      (_, url: string) => `<p><a href="${escaped(url)}">${escaped(url)}</a></p>`,
    )
    .replace(/\[(audio|video)\b([^\]]*)\](?:\s*\[\/\1\])?/g, (whole, name: string, rest: string) => {
      const { src, mp3, mp4, m4a, ogg, webm } = attributesOf(rest);
      const url = src ?? mp3 ?? mp4 ?? m4a ?? ogg ?? webm;
      return url ? `<p><a href="${escaped(url)}">${name === 'audio' ? 'Audio' : 'Video'}</a></p>` : whole;
    });
}

const block =
  /^(?:address|article|aside|blockquote|details|dd|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|header|hr|iframe|li|main|nav|ol|p|pre|section|table|ul|video)$/;

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
      out.push(/^(?:blockquote|div|section|article|aside)$/.test(node.tagName) ? withParagraphs(node) : node);
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
