import { fromHtml } from 'hast-util-from-html';
import { defaultHandlers, type Handle, type State, toMdast } from 'hast-util-to-mdast';
import { toString as textOf } from 'hast-util-to-string';
import { gfmToMarkdown } from 'mdast-util-gfm';
import { toMarkdown } from 'mdast-util-to-markdown';
import { outsideCode } from './code.ts';
import { framed } from './framed.ts';
import type { Element, ElementContent, Nodes, Root, RootContent } from './html-tree.ts';

type MarkdownNodes = Parameters<typeof toMarkdown>[0];
type Html = { type: 'html'; value: string };

/** HTML as Markdown with the tables, strikethrough and task lists of GFM. What Markdown has no marks for stays HTML, or its text does. */
export function htmlMarkdown(html: string): string {
  return treeMarkdown(fromHtml(html, { fragment: true }));
}

/** A tree of HTML as Markdown. */
export function treeMarkdown(tree: Root): string {
  const wanted = new Set(
    elementsIn(tree).flatMap(({ tagName, properties: { href } }) =>
      tagName === 'a' && typeof href === 'string' && href.startsWith('#') ? [decoded(href.slice(1))] : [],
    ),
  );
  const prepared = prepare(tree, wanted) as Root;
  const markdown = toMdast(prepared, { handlers: handlers(wanted) }) as MarkdownNodes;
  return besideCjk(
    toMarkdown(markdown, {
      bullet: '-',
      emphasis: '*',
      rule: '-',
      listItemIndent: 'one',
      resourceLink: true,
      extensions: [gfmToMarkdown()],
    }).trim(),
  );
}

const cjk = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]$/u;

/** Beside emphasis the writer encodes a letter that would keep it from ending; beside CJK letters it ends here all the same. */
const besideCjk = (markdown: string): string =>
  outsideCode(markdown, (text) =>
    text.replace(/(?<!\\)&#x([0-9a-f]{4,5});/gi, (whole, code: string) => {
      const letter = String.fromCodePoint(Number.parseInt(code, 16));
      return cjk.test(letter) ? letter : whole;
    }),
  );

/** All elements below a node, in the order of the text. */
export function elementsIn(node: Nodes): Element[] {
  if (!('children' in node)) return [];
  return node.children.flatMap((child) => (child.type === 'element' ? [child, ...elementsIn(child)] : []));
}

/** Whether an element has a class. */
export function hasClass({ properties: { className } }: Element, name: string): boolean {
  return Array.isArray(className) && className.includes(name);
}

const unseen = new Set(['script', 'style', 'template', 'svg', 'button', 'noscript', 'head']);

/** Elements that Markdown has no word for, in words that it has. */
function prepare(node: Nodes, wanted: ReadonlySet<string>): Nodes {
  if (!('children' in node)) return node;
  const children = node.children
    .filter((child) => child.type !== 'comment' && (child.type !== 'element' || !unseen.has(child.tagName)))
    .flatMap((child): RootContent[] => (child.type === 'element' ? changed(child, wanted) : [child]));
  return { ...node, children } as Nodes;
}

function changed(given: Element, wanted: ReadonlySet<string>): ElementContent[] {
  const element = prepare(given, wanted) as Element;
  const { tagName, properties, children } = element;
  if (tagName === 'figcaption' || tagName === 'caption') return [captioned(element)];
  if (tagName === 'table') return tableWithCaption(element);
  if (tagName === 'iframe' || tagName === 'embed') return frameLink(element);
  if (galleries.some((name) => hasClass(element, name))) return gallery(element);
  if (hasClass(element, 'kg-toggle-card')) return [toggled(element)];
  if (hasClass(element, 'kg-callout-card')) return [made('blockquote', [made('p', spaced(children))])];
  if (hasClass(element, 'kg-bookmark-container')) return [bookmarked(element)];
  if (tagName === 'pre') return [withLanguage(element)];
  if (tagName === 'blockquote') return [withSource(element)];
  const id = String(properties.id ?? '');
  return tagName !== 'a' && wanted.has(id) ? [anchored(element, id)] : [element];
}

function made(tagName: string, children: Element['children'], properties: Element['properties'] = {}): Element {
  return { type: 'element', tagName, properties, children };
}

function captioned({ children }: Element): Element {
  const blocks = children.filter((child) => child.type === 'element' && /^(?:p|div)$/.test(child.tagName)) as Element[];
  if (blocks.length === 0) return made('p', [made('em', children)], { className: [captionClass] });
  return made(
    'div',
    blocks.map((block) => made('p', [made('em', block.children)])),
    { className: [captionClass] },
  );
}

/** Classes of Ghost, of WordPress' blocks and themes, and of its plugin Jetpack. */
const galleries = ['kg-gallery-card', 'wp-block-gallery', 'gallery', 'tiled-gallery', 'wp-block-jetpack-tiled-gallery'];
/** No element of HTML: a line end that stays one. */
const lineEnd = 'line-end';

/** Pictures in lines of one paragraph, which pages show as a gallery; captions are their titles. Its own caption stands below. */
function gallery(element: Element): Element[] {
  const captionOf = (picture: Element): string => {
    const item = elementsIn(element)
      .filter((each) => /^(?:figure|li|dl)$/.test(each.tagName) && elementsIn(each).includes(picture))
      .at(-1);
    const caption = item && elementsIn(item).find(isCaption);
    return caption ? textOf(caption).replace(/\s+/g, ' ').trim() : '';
  };
  const pictures = elementsIn(element).filter(isPicture);
  const captions = elementsIn(element).filter(isCaption);
  // Other words would be lost.
  if (pictures.length === 0 || lettersOf([element]) > lettersOf(captions)) return [element];
  const lines = pictures.flatMap((picture, index) => {
    const title = captionOf(picture);
    const shown = { ...picture, properties: { ...picture.properties, ...(title ? { title } : {}) } };
    return index === 0 ? [shown] : [made(lineEnd, []), shown];
  });
  return [made('p', lines), ...element.children.filter((child): child is Element => isCaption(child))];
}

const lettersOf = (elements: readonly Element[]): number => elements.map(textOf).join('').replace(/\s+/g, '').length;
const isPicture = (node: Nodes): node is Element => node.type === 'element' && node.tagName === 'img';
/** `prepare` has made paragraphs of emphasis of the captions in figures. */
const isCaption = (node: Nodes): node is Element =>
  node.type === 'element' && (hasClass(node, captionClass) || hasClass(node, 'gallery-caption'));
const captionClass = 'caption';

/** A caption stands above its table, where no rule of Markdown drops it. */
function tableWithCaption(table: Element): Element[] {
  const isCaption = (child: Nodes) =>
    child.type === 'element' && !/^(?:thead|tbody|tfoot|tr|colgroup|col)$/.test(child.tagName);
  const captions = table.children.filter(isCaption) as Element[];
  return [...captions, { ...table, children: table.children.filter((child) => !isCaption(child)) }];
}

/** A frame as a link in a paragraph of its own; with its address for words it is a card. */
function frameLink({ properties: { src, title } }: Element): Element[] {
  const { href, words = href } = framed(String(src ?? ''), typeof title === 'string' ? title : '') ?? {};
  if (href === undefined || words === undefined) return [];
  return [made('p', [made('a', [{ type: 'text' as const, value: words }], { href })])];
}

const byClass = (element: Element, name: string): Element | undefined =>
  elementsIn(element).find((one) => hasClass(one, name));

/** Who said it stands in a paragraph of its own. */
const withSource = (quotation: Element): Element => ({
  ...quotation,
  children: quotation.children.map((child) =>
    child.type === 'element' && child.tagName === 'cite' ? made('p', child.children) : child,
  ),
});

function toggled(card: Element): Element {
  const summary = byClass(card, 'kg-toggle-heading-text')?.children ?? [];
  return made('details', [made('summary', summary), ...(byClass(card, 'kg-toggle-content')?.children ?? [])]);
}

/** A blank between the parts of a callout, which its style sheet sets apart. */
const spaced = (children: Element['children']): Element['children'] =>
  children.flatMap((child) => [
    ...(child.type === 'element' && /^(?:div|p)$/.test(child.tagName) ? child.children : [child]),
    { type: 'text' as const, value: ' ' },
  ]);

function bookmarked(card: Element): Element {
  const title = byClass(card, 'kg-bookmark-title');
  const description = byClass(card, 'kg-bookmark-description');
  const words = (element: Element | undefined) => ({ type: 'text' as const, value: element ? textOf(element) : '' });
  const link = made('a', [title ? words(title) : words(card)], { href: card.properties.href ?? '' });
  return made('div', [made('p', [link]), ...(description ? [made('p', [words(description)])] : [])]);
}

/** The language of code where plugins of WordPress keep it: `class="brush: python"`, `lang="python"`. */
function withLanguage(pre: Element): Element {
  const { className, lang } = pre.properties;
  const classes = Array.isArray(className) ? className.join(' ') : '';
  const [, brush] = /(?:brush:\s*|lang(?:uage)?[-:]\s*)([\w+#-]+)/.exec(classes) ?? [];
  const language = brush ?? (typeof lang === 'string' ? lang : undefined);
  const code = pre.children.find((child): child is Element => child.type === 'element' && child.tagName === 'code');
  if (!code) return made('pre', [made('code', pre.children, language ? { className: [`language-${language}`] } : {})]);
  const own =
    Array.isArray(code.properties.className) &&
    code.properties.className.some((one) => String(one).startsWith('language-'));
  return own || !language ? pre : made('pre', [made('code', code.children, { className: [`language-${language}`] })]);
}

/** An element that a link of the page leads to, with an empty anchor before its words. */
function anchored(element: Element, id: string): Element {
  const anchor = made('a', [], { id });
  const [first, ...rest] = element.children;
  const paragraph = element.children.findIndex((child) => child.type === 'element' && child.tagName === 'p');
  if (element.tagName !== 'li' || paragraph < 0)
    return { ...element, children: [anchor, ...(first ? [first] : []), ...rest] };
  return {
    ...element,
    children: element.children.map((child, index) =>
      index === paragraph ? anchored({ ...(child as Element), tagName: 'p' }, id) : child,
    ),
  };
}

const htmlNode = (value: string): Html => ({ type: 'html', value });
const attribute = (value: string): string => value.replace(/[&"<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Inline marks that only HTML has. */
const inlineHtml: Handle = (state: State, node: Element) => [
  htmlNode(`<${node.tagName}>`),
  ...(state.all(node) as []),
  htmlNode(`</${node.tagName}>`),
];

/** A formula as it was written, where the page says that; else its letters and numbers. */
function formula(element: Element): Html {
  const written = elementsIn(element).find(
    ({ tagName, properties: { encoding } }) => tagName === 'annotation' && encoding === 'application/x-tex',
  );
  if (!written) return htmlNode(attribute(textOf(element)));
  const marks = element.properties.display === 'block' ? '$$' : '$';
  return htmlNode(`${marks}${textOf(written).trim()}${marks}`);
}

function handlers(wanted: ReadonlySet<string>): Record<string, Handle> {
  const anchors = ({ properties: { id } }: Element) =>
    typeof id === 'string' && wanted.has(id) ? [htmlNode(`<a id="${attribute(id)}"></a>`)] : [];
  const link: Handle = (state, node: Element) => {
    if (!node.properties.href) return [...anchors(node), ...(state.all(node) as [])];
    const made = defaultHandlers.a(state, node);
    return [...anchors(node), ...((Array.isArray(made) ? made : made ? [made] : []) as [])];
  };
  const details: Handle = (state, node: Element) => {
    const summary = node.children.find(
      (child): child is Element => child.type === 'element' && child.tagName === 'summary',
    );
    const rest = { ...node, children: node.children.filter((child) => child !== summary) };
    const title = summary ? `<summary>${attribute(textOf(summary).trim())}</summary>` : '';
    return [htmlNode(`<details>${title}`), ...(state.toFlow(state.all(rest)) as []), htmlNode('</details>')];
  };
  const inline = Object.fromEntries(
    'sub sup mark u ins kbd abbr small cite q samp var'.split(' ').map((tag) => [tag, inlineHtml]),
  );
  // What a reader of other HTML has put there as the Markdown that it means.
  const raw: Handle = (_, node: Element) => htmlNode(textOf(node)) as never;
  const newLine: Handle = () => ({ type: 'text', value: '\n' }) as never;
  const own = { 'md-raw': raw, [lineEnd]: newLine };
  return { ...inline, ...own, a: link, details, math: (_, node: Element) => formula(node) as never };
}

function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
