import type { MarkdownIt, Token } from 'markdown-it';
import { userId } from './sanitise.ts';

interface Heading {
  level: number;
  id: string;
  text: string;
}

/** Deepest headings of a table of contents. */
const maxLevel = 4;

/** `[toc]` as authors write it for GitLab, Typora, VitePress, MkDocs, Markdown Preview and kramdown. */
const contentsMarker = /^(?:\[toc\]|\[\[_?toc_?\]\]|\$\{toc\}|\{:toc\})$/i;

/**
 * An id for each heading: the one behind it (`## Title {#id}`), else from its text, as links within the article expect it. The first
 * `[toc]` that is a paragraph of its own is a list of links to them.
 */
export function headings(md: MarkdownIt): void {
  md.core.ruler.before('inline', 'heading-ids', ({ tokens }) => {
    for (const [at, token] of tokens.entries()) {
      const inline = tokens[at + 1];
      if (token.type === 'heading_open' && inline) takeId(token, inline);
    }
  });
  md.core.ruler.push('headings', (state) => {
    const found = identify(state.tokens);
    const at = state.tokens.findIndex(
      ({ type, content, level }) => type === 'inline' && level === 1 && contentsMarker.test(content.trim()),
    );
    if (at < 1 || state.tokens[at - 1]?.type !== 'paragraph_open') return;
    const contents = new state.Token('contents', '', 0);
    contents.content = contentsOf(found, md.utils.escapeHtml);
    state.tokens.splice(at - 1, 3, contents);
  });
  md.renderer.rules.contents = (tokens, at) => (tokens[at] as Token).content;
}

/** Takes `{#id}` from the end of a heading. Other attributes of such a list have no meaning here and go with it. */
function takeId(heading: Token, inline: Token): void {
  const start = inline.content.endsWith('}') ? inline.content.lastIndexOf('{') : -1;
  const list = start < 0 ? '' : inline.content.slice(start + 1, -1);
  const id = /^:?\s*(?:[.\w=-]+\s+)*#([\p{L}\p{M}\p{N}_.:-]+)(?:\s|$)/u.exec(list.slice(0, 300))?.[1];
  if (id === undefined) return;
  heading.meta = { ...heading.meta, id };
  inline.content = inline.content.slice(0, start).trimEnd();
}

function identify(tokens: readonly Token[]): Heading[] {
  const own = tokens.filter(({ type, meta }) => type === 'heading_open' && meta?.id !== undefined);
  const taken = new Map(own.map(({ meta }) => [String(meta?.id), 0]));
  const found: Heading[] = [];
  for (const [at, token] of tokens.entries()) {
    if (token.type !== 'heading_open') continue;
    const text = textOf(tokens[at + 1]);
    const id = token.meta?.id === undefined ? free(slugOf(text), taken) : String(token.meta.id);
    if (id === '') continue;
    token.attrSet('id', userId(id));
    found.push({ level: Number(token.tag.slice(1)), id, text: text.trim() });
  }
  return found;
}

/** An id that no other heading has: of several equal ones the second gets `-1`. */
function free(slug: string, taken: Map<string, number>): string {
  if (slug === '') return '';
  let id = slug;
  for (let count = taken.get(slug) ?? 0; taken.has(id); ) {
    id = `${slug}-${++count}`;
    taken.set(slug, count);
  }
  taken.set(id, taken.get(id) ?? 0);
  return id;
}

const textOf = (inline: Token | undefined): string =>
  inline?.children
    ?.map(({ type, content }) => (/^(?:text|code_inline|math)$/.test(type) ? content : type === 'softbreak' ? ' ' : ''))
    .join('') ?? '';

const slugOf = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');

/** Nested lists of links. */
function contentsOf(all: readonly Heading[], escapeHtml: (text: string) => string): string {
  const open: number[] = [];
  let html = '<div class="contents">';
  for (const { level, id, text } of all) {
    if (level > maxLevel || text === '') continue;
    while (open.length > 0 && (open.at(-1) as number) > level) {
      html += '</li></ul>';
      open.pop();
    }
    if (open.at(-1) === level) html += '</li>';
    else {
      html += '<ul>';
      open.push(level);
    }
    html += `<li><a href="#${encodeURIComponent(id)}">${escapeHtml(text)}</a>`;
  }
  return `${html}${'</li></ul>'.repeat(open.length)}</div>\n`;
}
