import { createHash, randomBytes } from 'node:crypto';
import type { Env, Token } from 'markdown-it';
import { type Article, asWritten } from './article.ts';
import { codeInfo, markLines } from './code-block.ts';
import { embedOf, shownAs } from './embeds.ts';
import { emojiOf } from './emoji.ts';
import { highlight } from './highlight.ts';
import { keepPlaceholders } from './html-elements.ts';
import { count, parse, parser, scaleOf } from './markdown-parser.ts';
import { mathOf } from './math.ts';
import { sanitise } from './sanitise.ts';

/** Longest text: 1,048,576 code points, which a post may have. */
const maxCharacters = 2 * 1024 * 1024;
/** Most of the result: elements, and characters. */
const most = { elements: 10_000, markup: 2_000_000 };

/** Time for the code of one text, and for its formulas, ms: others wait as long. */
const [defaultHighlightMs, defaultMathMs] = [50, 100];

const { escapeHtml, unescapeAll } = parser.utils;
const { rules } = parser.renderer;

/** What the rules of a text know besides its tokens. */
interface Rendering extends Env {
  highlighted: ReadonlyMap<Token, string | undefined>;
  /** What stands for each formula until everything else is sanitised. */
  formulas: ReadonlyMap<Token, string>;
}

/**
 * Markdown (CommonMark and GFM, with callouts, definitions, figures, galleries and tables of contents; HTML allowed) as sanitised HTML. Headings
 * get ids, fenced code in a known language is highlighted, formulas are MathML, embedded frames become links. What no page could hold stands as it was written.
 * @param options `picturesElsewhere` shows pictures of other hosts, for texts that leave this blog
 */
export async function renderMarkdown(
  text: string,
  { highlightMs = defaultHighlightMs, mathMs = defaultMathMs, picturesElsewhere = false } = {},
): Promise<Article> {
  if (text.length > maxCharacters) return { html: asWritten(text), complete: true };
  const scale = scaleOf(text);
  const env: Env = { emoji: await emojiOf(text) };
  const tokens = parse(text, env);
  if (!tokens) return { html: asWritten(text), complete: true };
  if (env.footnotes) env.docId = nameOf(text);
  const fences = tokens.filter(({ type }) => type === 'fence');
  const { blocks, complete } = await highlight(
    fences.map((token) => ({ language: infoOf(token).language, code: token.content })),
    highlightMs,
  );
  const highlighted = new Map(fences.map((token, index) => [token, blocks[index]]));
  const math = await formulasIn(tokens, mathMs);
  const rendering: Rendering = { ...env, highlighted, formulas: math.places };
  const unsafe = parser.renderer.render(tokens, parser.options, rendering);
  if (unsafe.length > most.markup * scale || count(unsafe, /<[a-z]/gi) > most.elements * scale)
    return { html: asWritten(text), complete: true };
  const sanitised = sanitise(unsafe, { picturesElsewhere });
  // Only markup by hand may be misplaced, and only for it parse5 is loaded.
  const html = hasMarkup(tokens) ? (await import('./contained.ts')).contained(sanitised) : sanitised;
  if (html === undefined) return { html: asWritten(text), complete: true };
  return { html: math.fill(html), complete: complete && math.complete };
}

/**
 * The formulas of a text. What is in their places is a word that nobody can guess: MathML is sanitised by rules of its own, and markup by hand has none.
 */
async function formulasIn(tokens: readonly Token[], maxMs: number) {
  const found = tokens.flatMap((token) => [token, ...(token.children ?? [])]).filter(isFormula);
  const { mathml, complete } = await mathOf(
    found.map((token) => ({ tex: token.content, display: token.markup !== '$' })),
    maxMs,
  );
  const word = `formula${found.length > 0 ? randomBytes(12).toString('hex') : ''}n`;
  const made = found.map((token, index) => [token, `${word}${index}n`] as const).filter((_, index) => mathml[index]);
  return {
    places: new Map(made),
    complete,
    fill: (html: string) =>
      made.length === 0 ? html : html.replace(new RegExp(`${word}(\\d+)n`, 'g'), (_, index) => mathml[index] ?? ''),
  };
}

const isFormula = (token: Token): boolean =>
  token.type === 'math' || (token.type === 'fence' && infoOf(token).language === 'math');

/** Eight hex digits of a text, so that two articles on one page have footnotes of their own. As it is stored, not as a form sends it. */
const nameOf = (text: string): string =>
  createHash('sha256').update(text.replace(/\r\n?/g, '\n').trim()).digest('hex').slice(0, 8);

const hasMarkup = (tokens: readonly Token[]): boolean =>
  tokens.some(({ type, children }) => /^html_/.test(type) || (children !== null && hasMarkup(children)));

const infoOf = (token: Token) => codeInfo(unescapeAll(token.info));

rules.fence = (tokens, index, _options, env) => {
  const token = tokens[index] as Token;
  if (isFormula(token)) return formula(token, env as Rendering);
  const { language, title, marked } = infoOf(token);
  const code = (env as Rendering).highlighted.get(token) ?? escapeHtml(token.content);
  const name = language ? ` class="language-${escapeHtml(language)}"` : '';
  const block = `<pre><code${name}>${markLines(code, marked)}</code></pre>\n`;
  return title ? `<figure class="code"><figcaption>${escapeHtml(title)}</figcaption>${block}</figure>\n` : block;
};
rules.math = (tokens, index, _options, env) => formula(tokens[index] as Token, env as Rendering);
rules.html_inline = (tokens, index) => keepPlaceholders((tokens[index] as Token).content);
rules.html_block = (tokens, index) => framesAsLinks(keepPlaceholders((tokens[index] as Token).content));
rules.table_open = () => '<div class="table"><table>\n';
rules.table_close = () => '</table></div>\n';
rules.th_open = rules.td_open = (tokens, index) => {
  const token = tokens[index] as Token;
  const align = /^text-align:(\w+)$/.exec(String(token.attrGet('style') ?? ''))?.[1];
  return align ? `<${token.tag} align="${align}">` : `<${token.tag}>`;
};
rules.footnote_block_open = () => '<section class="footnotes">\n<ol>\n';
rules.footnote_anchor = (tokens, index, options, env, renderer) => {
  const id = rules.footnote_anchor_name?.(tokens, index, options, env, renderer) ?? '';
  const { subId = 0 } = (tokens[index] as Token).meta as { subId?: number };
  return ` <a href="#fnref${id}${subId > 0 ? `:${subId}` : ''}" aria-label="Back to the text">↩\u{fe0e}</a>`;
};

function formula(token: Token, { formulas }: Rendering): string {
  const place = formulas.get(token);
  const shown = place ?? `<code class="language-math">${escapeHtml(token.content)}</code>`;
  if (token.type !== 'fence' && !token.block) return shown;
  return place === undefined ? `<pre>${shown}</pre>\n` : `<div class="formula">${shown}</div>\n`;
}

/**
 * A frame shows another site, which our pages never load; its address is still of use.
 * Linear: each of the parts ends at the next `<`, so that no character is looked at twice.
 */
const framesAsLinks = (html: string): string =>
  html.replace(/<iframe\b([^<>]*)>(?:[^<]*<\/iframe\s*>)?/gi, (frame, attributes: string) => {
    const address = /\ssrc\s*=\s*["']?((?:https?:)?\/\/[^"'\s<>]+)/i
      .exec(attributes)?.[1]
      ?.replace(/^\/\//, 'https://');
    if (address === undefined) return frame;
    const { href, kind, shown } = embedOf(unescapeAll(address)) ?? {
      href: unescapeAll(address),
      kind: 'Embedded content',
      shown: shownAs(unescapeAll(address)),
    };
    return `<a class="embed" href="${escapeHtml(href)}"><b>${kind}</b> ${escapeHtml(shown)}</a>`;
  });
