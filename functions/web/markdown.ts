import MarkdownIt from 'markdown-it';
import { type Highlight, highlighter } from './highlight.ts';
import { keepPlaceholders } from './html-elements.ts';
import { sanitise, userId } from './sanitise.ts';

const markdown = new MarkdownIt({ html: true });
const { escapeHtml } = markdown.utils;
const { rules } = markdown.renderer;

type Token = ReturnType<typeof markdown.parse>[number];

/**
 * Markdown (CommonMark with tables and strikethrough, HTML allowed) as sanitised HTML. Headings get ids, fenced code in a
 * known language is highlighted, embedded frames become links.
 */
export async function renderMarkdown(text: string): Promise<string> {
  const tokens = markdown.parse(text, {});
  const fences = tokens.filter(({ type }) => type === 'fence').map(languageOf);
  identifyHeadings(tokens);
  return sanitise(markdown.renderer.render(tokens, markdown.options, { highlight: await highlighter(fences) }));
}

rules.fence = (tokens, index, _options, env) => {
  const token = tokens[index] as Token;
  const language = languageOf(token);
  const code =
    (language && (env as { highlight: Highlight }).highlight(token.content, language)) || escapeHtml(token.content);
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

/** A frame shows another site, which our pages never load; its address is still of use. */
const framesAsLinks = (html: string): string =>
  html.replace(
    /<iframe\b[^>]*?\ssrc\s*=\s*["']?(https?:\/\/[^"'\s<>]+)[^>]*>(?:[^<]*<\/iframe\s*>)?/gi,
    (_, address: string) => `<a href="${address}">${label(address)}</a>`,
  );

function label(address: string): string {
  const host = URL.canParse(address) ? new URL(address).host.replace(/^www\./, '') : '';
  return escapeHtml(`Embedded content${host && ` on ${host}`}`);
}
