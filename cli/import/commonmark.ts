const admonition = /^([ \t]*)(!!!|\?\?\?\+?)[ \t]+([\w-]+)(?:[ \t]+(?!")[\w -]+)?(?:[ \t]+"([^"]*)")?[ \t]*$/;
const tab = /^([ \t]*)===\+?[ \t]+"([^"]*)"[ \t]*$/;
/** `:::tip[Title]` of Docusaurus, `::: tip Title` of VuePress. */
const container = /^([ \t]*)(:{3,})[ \t]*([\w-]+)(?:\[([^\]]*)\]|[ \t]+([^{}\s][^{}]*?))?[ \t]*$/;
/** Kinds of MkDocs that our pages know, too. */
const kinds =
  /^(?:note|abstract|summary|tldr|info|todo|tip|hint|important|success|check|done|question|help|faq|warning|caution|attention|failure|fail|missing|danger|error|bug|example|quote|cite)$/i;
const fence = /^[ \t>]*(?:[-*+][ \t]+|\d+[.)][ \t]+)?(`{3,}|~{3,})([^`]*)$/;

/** Whether a container of Docusaurus or VuePress is one of those that become callouts. */
export const isCallout = (kind: string): boolean => kinds.test(kind) || kind === 'details';

/**
 * Admonitions (`!!! note "Title"`), collapsible ones (`???`) and content tabs (`=== "Title"`) of MkDocs, and the containers `:::` of
 * Docusaurus and VuePress, as callouts (`> [!note] Title`), and
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
    const contained = open || note || panel ? undefined : containerAt(lines, at);
    if (contained) {
      const { indent, marker, inner, end } = contained;
      if (out.length > 0 && out.at(-1)!.trim() !== '') out.push('');
      const body = trimmed(convert(inner));
      out.push(...quoted(indent, '> ', [marker, ...(/^[\s<=\-:|\d]/.test(body[0] ?? '') ? [''] : []), ...body]));
      at = end;
      if (lines[at] !== undefined && lines[at]!.trim() !== '') out.push('');
      continue;
    }
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

/** A container that begins at a line and ends, with as many colons, at a later one; those in between have their own ends. */
function containerAt(lines: readonly string[], start: number) {
  const [, indent = '', colons = '', kind = '', bracketed, said] = container.exec(lines[start]!) ?? [];
  if (!isCallout(kind)) return undefined;
  let [open, inFence]: [number, string | undefined] = [1, undefined];
  for (let at = start + 1; at < lines.length; at++) {
    const line = lines[at]!;
    inFence = nextFence(inFence, line);
    if (inFence) continue;
    if (container.exec(line)?.[2] === colons) open++;
    if (line.trim() === colons && --open === 0) {
      const title = (bracketed ?? said ?? '').trim();
      const mark = kind === 'details' ? '[!note]-' : `[!${kind.toLowerCase()}]`;
      const inner = lines.slice(start + 1, at).map((one) => (one.startsWith(indent) ? one.slice(indent.length) : one));
      return { indent, marker: title ? `${mark} ${title}` : mark, inner, end: at + 1 };
    }
  }
  return undefined;
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
