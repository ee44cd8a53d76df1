const admonition = /^([ \t]*)(!!!|\?\?\?\+?)[ \t]+([\w-]+)(?:[ \t]+(?!")[\w -]+)?(?:[ \t]+"([^"]*)")?[ \t]*$/;
const tab = /^([ \t]*)===\+?[ \t]+"([^"]*)"[ \t]*$/;
/** Kinds of MkDocs that our pages know, too. */
const kinds =
  /^(?:note|abstract|summary|tldr|info|todo|tip|hint|important|success|check|done|question|help|faq|warning|caution|attention|failure|fail|missing|danger|error|bug|example|quote|cite)$/i;
const fence = /^[ \t>]*(?:[-*+][ \t]+|\d+[.)][ \t]+)?(`{3,}|~{3,})([^`]*)$/;

/**
 * Admonitions (`!!! note "Title"`), collapsible ones (`???`) and content tabs (`=== "Title"`) of MkDocs as callouts (`> [!note] Title`), and
 * as plain CommonMark: block quotes under their title where the kind is unknown or the title is left out, tabs one below the other.
 * Code in fences stays as it is.
 */
export function commonMark(markdown: string): string {
  return convert(markdown.split('\n')).join('\n');
}

function convert(lines: readonly string[]): string[] {
  const out: string[] = [];
  let open: string | undefined;
  let at = 0;
  while (at < lines.length) {
    const line = lines[at]!;
    open = nextFence(open, line);
    const note = open ? null : admonition.exec(line);
    const panel = open || note ? null : tab.exec(line);
    if (!note && !panel) {
      out.push(line);
      at++;
      continue;
    }
    const indent = (note ?? panel)![1]!;
    const inner = indented(lines, at + 1, indent);
    const body = trimmed(convert(inner.lines));
    if (out.length > 0 && out.at(-1)!.trim() !== '') out.push('');
    out.push(
      ...quoted(indent, note ? '> ' : '', [...(note ? titleOf(note, body[0] ?? '') : heading(panel![2]!)), ...body]),
    );
    at = inner.end;
    if (lines[at] !== undefined && lines[at]!.trim() !== '') out.push('');
  }
  return out;
}

/** The fence that is open after a line: a fence closes with at least as many of the same marks, and nothing behind them. */
function nextFence(open: string | undefined, line: string): string | undefined {
  const [, marks, info] = fence.exec(line) ?? [];
  if (!marks) return open;
  if (open === undefined) return marks;
  return marks[0] === open[0] && marks.length >= open.length && info!.trim() === '' ? undefined : open;
}

/** Lines after a marker that belong to it: indented by four blanks or a tab more than the marker, and blank lines between them. */
function indented(lines: readonly string[], start: number, indent: string): { lines: string[]; end: number } {
  const inner: string[] = [];
  let end = start;
  for (let at = start; at < lines.length; at++) {
    const line = lines[at]!;
    const [, rest] = line.startsWith(indent)
      ? (/^(?: {4}|\t| {1,3}\t)(.*)$/s.exec(line.slice(indent.length)) ?? [])
      : [];
    if (rest === undefined && line.trim() !== '') break;
    inner.push(rest ?? '');
    if (rest !== undefined) end = at + 1;
  }
  return { lines: inner.slice(0, end - start), end };
}

/** A blank line below the marker where the text does not begin with words: it would go on with the marker's line. */
function titleOf([, , marks, kind, title]: RegExpExecArray, first: string): string[] {
  if (title === '' || !kinds.test(kind!)) return heading(title ?? capitalised(kind!));
  const fold = marks === '!!!' ? '' : marks === '???' ? '-' : '+';
  const marker = `[!${kind!.toLowerCase()}]${fold}${title === undefined ? '' : ` ${title}`}`;
  return /^[\s<=\-:|\d]/.test(first) ? [marker, ''] : [marker];
}

const heading = (title: string): string[] => (title ? [`**${title}**`, ''] : []);

const quoted = (indent: string, quote: string, lines: readonly string[]): string[] =>
  lines.map((line) => (line === '' ? `${indent}${quote}`.trimEnd() : `${indent}${quote}${line}`));

function trimmed(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => line.trim() !== '');
  return first < 0 ? [] : lines.slice(first, lines.findLastIndex((line) => line.trim() !== '') + 1);
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
