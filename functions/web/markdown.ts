import MarkdownIt from 'markdown-it';
import cjkFriendly from 'markdown-it-cjk-friendly';
import { type Article, asWritten } from './article.ts';
import { cjkBreaks } from './cjk-breaks.ts';
import { highlight } from './highlight.ts';
import { keepPlaceholders } from './html-elements.ts';
import { sanitise, userId } from './sanitise.ts';

/** Longest text: 100,000 code points, which a post may have. */
const maxCharacters = 200_000;
/** Most of what takes time: blocks and cells, characters that may mean something within them, and elements of the result. */
const most = { tokens: 25_000, marks: 8_000, elements: 10_000, markup: 2_000_000 };
/** Characters that all links to definitions may take from them: a short label may stand for a very long address. */
const maxReferenced = 400_000;

/** Time for the code of one text, ms: others wait as long. */
const defaultHighlightMs = 50;

const markdown = new MarkdownIt({ html: true }).use(cjkFriendly).use(cjkBreaks);
const { escapeHtml } = markdown.utils;
const { rules } = markdown.renderer;

type Token = ReturnType<typeof markdown.parse>[number];

/**
 * Markdown (CommonMark with tables and strikethrough, HTML allowed) as sanitised HTML. Emphasis ends beside Chinese, Japanese and Korean
 * letters whatever stands at its end, and lines between Chinese or Japanese ones end without a blank. Headings get ids, fenced code in a
 * known language is highlighted, embedded frames become links. What no page could hold stands as it was written.
 */
export async function renderMarkdown(text: string, { highlightMs = defaultHighlightMs } = {}): Promise<Article> {
  if (text.length > maxCharacters) return { html: asWritten(text), complete: true };
  const tokens = parsed(text);
  if (!tokens) return { html: asWritten(text), complete: true };
  identifyHeadings(tokens);
  const fences = tokens.filter(({ type }) => type === 'fence');
  const { blocks, complete } = await highlight(
    fences.map((token) => ({ language: languageOf(token), code: token.content })),
    highlightMs,
  );
  const highlighted = new Map(fences.map((token, index) => [token, blocks[index]]));
  const unsafe = markdown.renderer.render(tokens, markdown.options, { highlighted });
  if (unsafe.length > most.markup || count(unsafe, /<[a-z]/gi) > most.elements)
    return { html: asWritten(text), complete: true };
  const sanitised = sanitise(unsafe);
  // Only markup by hand may be misplaced, and only for it parse5 is loaded.
  const html = hasMarkup(tokens) ? (await import('./contained.ts')).contained(sanitised) : sanitised;
  return html === undefined ? { html: asWritten(text), complete: true } : { html, complete };
}

/** Says that a text has too much in it. */
class Intricate extends Error {}

function parsed(text: string): Token[] | undefined {
  try {
    return markdown.parse(text, {});
  } catch (error) {
    if (error instanceof Intricate) return undefined;
    throw error;
  }
}

const { State } = markdown.block;
/** Stops among the blocks already: a short table may have very many cells, as rows are filled up. */
markdown.block.State = class extends State {
  override push(...token: Parameters<InstanceType<typeof State>['push']>): Token {
    if (this.tokens.length > most.tokens) throw new Intricate();
    return super.push(...token);
  }
};

const hasMarkup = (tokens: readonly Token[]): boolean =>
  tokens.some(({ type, children }) => /^html_/.test(type) || (children !== null && hasMarkup(children)));

/** Between the blocks and what is in them, which takes most of the time. */
markdown.core.ruler.before('inline', 'bounds', ({ env, tokens }) => {
  if (env.references) env.references = bounded(env.references);
  let marks = 0;
  for (const { type, content } of tokens)
    if (type === 'inline' || type === 'html_block') marks += count(content, /[[\]*_<!`&\\~]/g);
  if (marks > most.marks) throw new Intricate();
});

function count(text: string, pattern: RegExp): number {
  let found = 0;
  pattern.lastIndex = 0;
  while (pattern.test(text)) found++;
  return found;
}

/** Definitions of links, which are not found any more when much has been taken from them. */
function bounded(references: Record<string, { href: string; title: string }>): typeof references {
  let left = maxReferenced;
  return new Proxy(references, {
    get(of, label: string) {
      const found = of[label];
      if (found) left -= found.href.length + found.title.length;
      return left < 0 ? undefined : found;
    },
  });
}

rules.fence = (tokens, index, _options, env) => {
  const token = tokens[index] as Token;
  const language = languageOf(token);
  const code =
    (env as { highlighted: Map<Token, string | undefined> }).highlighted.get(token) ?? escapeHtml(token.content);
  return `<pre><code${language ? ` class="language-${escapeHtml(language)}"` : ''}>${code}</code></pre>\n`;
};
rules.html_inline = (tokens, index) => keepPlaceholders((tokens[index] as Token).content);
rules.html_block = (tokens, index) => framesAsLinks(keepPlaceholders((tokens[index] as Token).content));
rules.table_open = () => '<div class="table"><table>\n';
rules.table_close = () => '</table></div>\n';
rules.th_open = rules.td_open = (tokens, index) => {
  const token = tokens[index] as Token;
  const align = /^text-align:(\w+)$/.exec(String(token.attrGet('style') ?? ''))?.[1];
  return align ? `<${token.tag} align="${align}">` : `<${token.tag}>`;
};

const languageOf = (token: Token): string => markdown.utils.unescapeAll(token.info).trim().split(/\s+/)[0] ?? '';

/** An id for each heading, from its text, as links to it within the article expect. */
function identifyHeadings(tokens: Token[]): void {
  const seen = new Map<string, number>();
  for (const [index, token] of tokens.entries()) {
    if (token.type !== 'heading_open') continue;
    const inline = tokens[index + 1];
    const slug = slugOf(
      inline?.children
        ?.map(({ type, content }) =>
          type === 'text' || type === 'code_inline' ? content : type === 'softbreak' ? ' ' : '',
        )
        .join('') ?? '',
    );
    if (!slug) continue;
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    token.attrSet('id', userId(count ? `${slug}-${count}` : slug));
  }
}

const slugOf = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');

/**
 * A frame shows another site, which our pages never load; its address is still of use.
 * Linear: each of the parts ends at the next `<`, so that no character is looked at twice.
 */
const framesAsLinks = (html: string): string =>
  html.replace(/<iframe\b([^<>]*)>(?:[^<]*<\/iframe\s*>)?/gi, (frame, attributes: string) => {
    const address = /\ssrc\s*=\s*["']?(https?:\/\/[^"'\s<>]+)/i.exec(attributes)?.[1];
    return address ? `<a href="${address}">${label(address)}</a>` : frame;
  });

function label(address: string): string {
  const host = URL.canParse(address) ? new URL(address).host.replace(/^www\./, '') : '';
  return escapeHtml(`Embedded content${host && ` on ${host}`}`);
}
