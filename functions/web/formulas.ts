import type { MarkdownIt } from 'markdown-it';

/** Lines of one formula: a block that does not end is not looked for until the end of the text. */
const maxLines = 200;

type InlineRule = Parameters<MarkdownIt['inline']['ruler']['push']>[1];
type BlockRule = Parameters<MarkdownIt['block']['ruler']['push']>[1];

/**
 * `$x$` in a line, `$$x$$` in a line and on lines of its own, as tokens `math`. A dollar is one of money, or of a variable, when a letter or
 * digit stands outside of it, or a blank inside; a block that does not end is none.
 */
export function formulas(md: MarkdownIt): void {
  md.inline.ruler.after('escape', 'math', inline);
  md.block.ruler.after('blockquote', 'math', block, { alt: ['paragraph', 'reference', 'blockquote', 'list'] });
}

const inline: InlineRule = (state, silent) => {
  const { src, pos, posMax } = state;
  if (src[pos] !== '$') return false;
  const marks = /\$+/y;
  marks.lastIndex = pos;
  const length = marks.exec(src)?.[0].length ?? 1;
  const end = length > 2 || !isOpening(src, pos, length) ? -1 : closing(src, pos + length, length, posMax);
  if (end < 0) {
    if (!silent) state.pending += src.slice(pos, pos + length);
    state.pos += length;
    return true;
  }
  if (!silent) {
    const token = state.push('math', 'math', 0);
    token.content = src.slice(pos + length, end);
    token.markup = '$'.repeat(length);
  }
  state.pos = end + length;
  return true;
};

const isOpening = (src: string, at: number, length: number): boolean =>
  !/[\w$]/.test(src.charAt(at - 1)) && /[^\s$]/.test(src.charAt(at + length));

/** Where the next dollars are, if they end a formula that begins at `from`; -1 otherwise. */
function closing(src: string, from: number, length: number, max: number): number {
  let at = from;
  for (; at < max && src[at] !== '$' && src[at] !== '`'; at++) if (src[at] === '\\') at++;
  if (at + length > max || !src.startsWith('$'.repeat(length), at)) return -1;
  return /\s/.test(src.charAt(at - 1)) || /[\w$]/.test(src.charAt(at + length)) ? -1 : at;
}

const block: BlockRule = (state, start, end, silent) => {
  if ((state.sCount[start] as number) - state.blkIndent >= 4) return false;
  const first = lineOf(state, start);
  if (!first.startsWith('$$') || first.startsWith('$$$')) return false;
  const inOne = first.length > 4 && first.endsWith('$$');
  const last = inOne ? start : lastLine(state, start, end);
  if (last === undefined) return false;
  if (silent) return true;
  const token = state.push('math', 'math', 0);
  token.block = true;
  token.markup = '$$';
  token.map = [start, last + 1];
  token.content = inOne
    ? first.slice(2, -2)
    : `${first.slice(2)}\n${state.getLines(start + 1, last, state.blkIndent, true)}${lineOf(state, last).slice(0, -2)}`.trim();
  state.line = last + 1;
  return true;
};

type Block = Parameters<BlockRule>[0];

const lineOf = ({ src, bMarks, tShift, eMarks }: Block, line: number): string =>
  src.slice((bMarks[line] as number) + (tShift[line] as number), eMarks[line]).trim();

/** The line that ends a formula, within the list or quotation that it begins in. */
function lastLine(state: Block, start: number, end: number): number | undefined {
  if (lineOf(state, start).slice(2).includes('$$')) return undefined;
  for (let line = start + 1; line < Math.min(end, start + maxLines); line++) {
    const text = lineOf(state, line);
    if (text !== '' && (state.sCount[line] as number) < state.blkIndent) return undefined;
    if (text.endsWith('$$')) return line;
  }
  return undefined;
}
