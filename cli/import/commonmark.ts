const admonition = /^([ \t]*)(?:!!!|\?\?\?\+?)[ \t]+([\w-]+)(?:[ \t]+(?!")[\w -]+)?(?:[ \t]+"([^"]*)")?[ \t]*$/;
const tab = /^([ \t]*)===\+?[ \t]+"([^"]*)"[ \t]*$/;
const fence = /^[ \t>]*(?:[-*+][ \t]+|\d+[.)][ \t]+)?(`{3,}|~{3,})([^`]*)$/;

/**
 * Admonitions (`!!! note "Title"`), collapsible ones (`???`) and content tabs (`=== "Title"`) of MkDocs as plain CommonMark: block quotes
 * under their title, tabs one below the other. Code in fences stays as it is.
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
    const title = note ? (note[3] ?? capitalised(note[2]!)) : panel![2]!;
    const body = trimmed(convert(inner.lines));
    if (out.length > 0 && out.at(-1)!.trim() !== '') out.push('');
    out.push(...block(indent, title, body, note ? '> ' : ''));
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

function block(indent: string, title: string, body: readonly string[], quote: string): string[] {
  const heading = title ? [`**${title}**`, ''] : [];
  return [...heading, ...body].map((line) =>
    line === '' ? `${indent}${quote}`.trimEnd() : `${indent}${quote}${line}`,
  );
}

function trimmed(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => line.trim() !== '');
  return first < 0 ? [] : lines.slice(first, lines.findLastIndex((line) => line.trim() !== '') + 1);
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
