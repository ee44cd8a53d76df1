import { parse } from '@dormouse/web/markdown-parser';

const opening = /^(?<before>[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)*)(?<marks>`{3,}|~{3,})[^`]*$/;

/**
 * Runs `change` over a text in which fenced code and code spans have been put out of sight, so that nothing inside them is taken for a
 * link, an attribute or a tag. The text must not contain NUL.
 * @param indented also code that is told by its indentation, where the text is the blog's own Markdown already
 */
export function outsideCode(markdown: string, change: (text: string) => string, { indented = false } = {}): string {
  const code: string[] = [];
  const hide = (text: string) => `\u0000${code.push(text) - 1}\u0000`;
  const lines = indented ? hideIndented(markdown, hide) : markdown.split('\n');
  const hidden = hideSpans(hideFences(lines, hide), hide);
  const shown = (text: string): string =>
    text.replace(/\u0000(\d+)\u0000/g, (_, index: string) => shown(code[Number(index)]!));
  return shown(change(hidden));
}

function hideFences(lines: readonly string[], hide: (text: string) => string): string {
  const out: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const marks = opening.exec(lines[at]!)?.groups?.marks;
    if (!marks) {
      out.push(lines[at]!);
      continue;
    }
    const closing = new RegExp(`^[ \\t>]*${marks[0]}{${marks.length},}[ \\t]*$`);
    const end = lines.findIndex((line, index) => index > at && closing.test(line));
    const last = end < 0 ? lines.length - 1 : end;
    out.push(hide(lines.slice(at, last + 1).join('\n')));
    at = last;
  }
  return out.join('\n');
}

/** What is indented may as well be part of a list, a footnote or a definition: the parser of the blog's pages tells. */
function hideIndented(markdown: string, hide: (text: string) => string): string[] {
  const lines = markdown.split('\n');
  if (!/^[ \t>]*(?: {4}|\t)[ \t]*\S/m.test(markdown)) return lines;
  const tokens = parse(markdown, {}) ?? [];
  for (const { type, map } of tokens.toReversed()) {
    if (type !== 'code_block' || !map) continue;
    const [start, end] = map;
    lines.splice(start, end - start, hide(lines.slice(start, end).join('\n')));
  }
  return lines;
}

/** A code span ends at the next run of exactly as many backticks in the same paragraph. */
function hideSpans(text: string, hide: (text: string) => string): string {
  return text.replace(/(?<![\\`])(`+)(?!`)((?:(?!\n[ \t]*\n)[\s\S])*?[^`])\1(?!`)/g, (whole) => hide(whole));
}
