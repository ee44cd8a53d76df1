import { fromHtml } from 'hast-util-from-html';
import { toString as textOf } from 'hast-util-to-string';
import { elementsIn } from '../import/html-markdown.ts';
import type { Element, ElementContent, RootContent } from '../import/html-tree.ts';

/**
 * A post's HTML as Ghost's importer keeps it. What Ghost's editor has no form for would become running text, come in another order or
 * be left out: tables, boxes of tasks, definitions, formulas, callouts, paragraphs in lists, pictures in lines. Each block with such a
 * thing stands between the comments that tell a card of HTML, and comes out as it went in.
 */
export function ghostHtml(html: string): string {
  const { children } = fromHtml(html, { fragment: true });
  const wanted = new Set(elementsIn({ type: 'root', children }).flatMap(({ properties: { href } }) => partOf(href)));
  const written: string[] = [];
  let card: string[] = [];
  const endCard = () => {
    const inside = card.join('').trim();
    card = [];
    if (inside !== '') written.push(`\n<!--kg-card-begin: html-->\n${inside}\n<!--kg-card-end: html-->\n`);
  };
  for (const block of children) {
    const source = html.slice(block.position?.start.offset, block.position?.end.offset);
    const anchor = block.type === 'element' ? lostAnchor(block, wanted) : undefined;
    if (block.type === 'element' && !fits(block, wanted)) card.push(source);
    else if (card.length > 0 && source.trim() === '') card.push(source);
    else {
      if (anchor !== undefined) card.push(`<a id="${anchor}"></a>`);
      endCard();
      written.push(source);
    }
  }
  endCard();
  return written.join('');
}

type Wanted = ReadonlySet<string>;

/** The id that a link within the text leads to. Links back from footnotes are of use only where they stand. */
const partOf = (href: unknown): string[] =>
  typeof href === 'string' && /^#(?!fnref-)./.test(href) ? [decoded(href.slice(1))] : [];

/** Ghost makes ids of headings from their words: the id of one that links lead to by another has to stand above it. */
function lostAnchor(block: Element, wanted: Wanted): string | undefined {
  const { id } = block.properties;
  if (typeof id !== 'string' || !heading.test(block.tagName) || !wanted.has(id)) return undefined;
  const words = textOf(block).toLowerCase();
  return /^[\p{L}\p{N} ]+$/u.test(words) && words.replaceAll(' ', '-') === id
    ? undefined
    : id.replaceAll('"', '&quot;');
}

const heading = /^h[1-6]$/;
const inline = new Set(['a', 'b', 'br', 'code', 'del', 'em', 'i', 's', 'span', 'strong', 'sub', 'sup', 'u']);
/** What Ghost sets itself, or nobody misses. */
const plain = /^(?:class(?:Name)?|tabIndex|href|rel|title|src|alt|width|height|loading|decoding|start|ariaLabel)$/;

/** Whether Ghost's editor has a form for a block. */
function fits(block: Element, wanted: Wanted): boolean {
  const { tagName, children } = block;
  if (tagName === 'hr' || inline.has(tagName)) return isInline(block, wanted);
  if (!isPlain(block, wanted)) return false;
  if (heading.test(tagName)) return children.every((child) => isInline(child, wanted));
  if (tagName === 'p')
    return (
      children.every((child) => isInline(child, wanted)) ||
      children.every((child) => isBlank(child) || isPicture(child))
    );
  if (tagName === 'pre') return isCode(block);
  if (tagName === 'ul' || tagName === 'ol') return elements(children).every((item) => isItem(item, wanted));
  if (tagName === 'blockquote')
    return elements(children).every(
      (child) => child.tagName === 'p' && isPlain(child, wanted) && isText(child, wanted),
    );
  return tagName === 'figure' && isFigure(block, wanted);
}

/** Text, and at most one list behind it. */
function isItem(item: Element, wanted: Wanted): boolean {
  if (item.tagName !== 'li' || !isPlain(item, wanted) || item.properties.className !== undefined) return false;
  const children = item.children.filter((child) => !isBlank(child));
  const last = children.at(-1);
  const list = last?.type === 'element' && /^[uo]l$/.test(last.tagName) ? last : undefined;
  const said = list ? children.slice(0, -1) : children;
  const [first, second] = said;
  const text = first && !second && isParagraph(first) && isPlain(first, wanted) ? first.children : said;
  return text.every((child) => isInline(child, wanted)) && (list === undefined || fits(list, wanted));
}

/** A picture with a caption, or code with its name. */
function isFigure({ children }: Element, wanted: Wanted): boolean {
  const [shown, caption, more] = elements(children);
  if (!shown || more) return false;
  const [first, second] = shown.tagName === 'figcaption' ? [caption, shown] : [shown, caption];
  const isShown =
    first !== undefined &&
    (isPicture(first) || (first.tagName === 'a' && first.children.every(isPicture)) || isCode(first));
  return isShown && (second === undefined || (second.tagName === 'figcaption' && isText(second, wanted)));
}

const isText = ({ children }: Element, wanted: Wanted): boolean => children.every((child) => isInline(child, wanted));

function isInline(node: ElementContent | RootContent, wanted: Wanted): boolean {
  if (node.type !== 'element') return true;
  if (node.tagName === 'hr') return true;
  return inline.has(node.tagName) && isPlain(node, wanted) && node.children.every((child) => isInline(child, wanted));
}

/** Without attributes that mean something, and an id that a link leads to. */
const isPlain = ({ tagName, properties }: Element, wanted: Wanted): boolean =>
  Object.keys(properties).every(
    (name) => plain.test(name) || (name === 'id' && (heading.test(tagName) || !wanted.has(String(properties.id)))),
  );

const isCode = ({ tagName, children }: Element): boolean =>
  tagName === 'pre' && elements(children).length === 1 && elements(children)[0]?.tagName === 'code';
const isPicture = (node: ElementContent | RootContent): boolean => node.type === 'element' && node.tagName === 'img';
const isParagraph = (node: ElementContent): node is Element => node.type === 'element' && node.tagName === 'p';
const isBlank = (node: ElementContent): boolean => node.type === 'text' && node.value.trim() === '';
const elements = (children: readonly ElementContent[]): Element[] =>
  children.flatMap((child) => (child.type === 'element' ? [child] : []));

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
