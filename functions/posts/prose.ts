const frontMatter = /^(?:---|\+\+\+)[ \t]*$/;
const fence = /^ {0,3}(`{3,}|~{3,})/;
const heading = /^ {0,3}#{1,6}(?:[ \t]|$)/;
const noProse = [/^ {0,3}(?:[-*_] ?){3,}$/, /^(?=.*[-=])[ :|=-]+$/, /^ {0,3}\[[^\]]+\]:/];
/** Characters in which the prose of a text must begin. */
const considered = 20_000;
const opaque = /^[ \t]*<(script|style|iframe|svg|pre)\b/i;

/**
 * The lines of Markdown that are prose, in order: no front matter, fenced code, rules, link definitions, scripts, nor (unless
 * wanted) headings. One pass; stops as soon as `enough` characters were found.
 */
export function prose(markdown: string, enough: number, headings = false): string[] {
  const found: string[] = [];
  let length = 0;
  /** Ends the block that is being skipped. */
  let end: RegExp | undefined;
  for (const line of lines(markdown.slice(0, considered))) {
    if (end) {
      if (end.test(line)) end = undefined;
      continue;
    }
    if (line === '') {
      if (found.length > 0) found.push(line);
      continue;
    }
    end = opened(line, found.length === 0);
    if (end || noProse.some((pattern) => pattern.test(line)) || (heading.test(line) && !headings)) continue;
    found.push(headings ? line.replace(/^[ \t]*#{1,6}[ \t]*/, '') : line);
    length += line.trim().length;
    if (length >= enough) break;
  }
  return found;
}

/** What ends the block that `line` opens; undefined when it opens none. */
function opened(line: string, first: boolean): RegExp | undefined {
  const mark = fence.exec(line)?.[1];
  if (mark) return new RegExp(`^ {0,3}\\${mark.charAt(0)}{${mark.length},}[ \\t]*$`);
  if (first && frontMatter.test(line)) return frontMatter;
  const name = opaque.exec(line)?.[1];
  return name && !line.toLowerCase().includes(`</${name.toLowerCase()}`) ? new RegExp(`</${name}`, 'i') : undefined;
}

/** Lines of at most 2,000 characters; longer ones are split. */
function* lines(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const found = text.indexOf('\n', from);
    const end = Math.min(found < 0 ? text.length : found, from + 2000);
    yield text.slice(from, end).replaceAll('\r', '');
    from = end === found ? end + 1 : end;
  }
}
