const frontMatter = /^(?:---|\+\+\+)[ \t]*$/;
const fence = /^ {0,3}(`{3,}|~{3,})/;
const heading = /^ {0,3}#{1,6}(?:[ \t]|$)/;
const noProse = [/^ {0,3}(?:[-*_] ?){3,}$/, /^(?=.*[-=])[ :|=-]+$/, /^ {0,3}\[[^\]]+\]:/];
/** Characters in which the prose of a text must begin. */
const considered = 20_000;
const opaque = /^[ \t]*<(script|style|iframe|svg|pre|table)\b/i;

/**
 * The lines of Markdown that are prose, in order: no front matter, fenced code, rules, link definitions, scripts, nor (unless
 * everything is wanted) headings and tables, whose cells are then told apart by `·`. Without the marks of quotations. One pass;
 * stops as soon as `enough` characters were found.
 */
export function prose(markdown: string, enough: number, everything = false): string[] {
  const found: string[] = [];
  let length = 0;
  /** Ends the block that is being skipped. */
  let end: RegExp | undefined;
  let inTable = false;
  for (const quoted of lines(markdown.slice(0, considered))) {
    if (end) {
      if (end.test(quoted)) end = undefined;
      continue;
    }
    const line = quoted.replace(/^[ \t]*(?:>[ \t]?)+/, '');
    inTable = inTable && line.trim() !== '';
    if (line === '') {
      if (found.length > 0) found.push(line);
      continue;
    }
    end = opened(line, found.length === 0, everything);
    if (end) continue;
    if (isDelimiterRow(line) && found.at(-1)?.includes('|')) {
      inTable = true;
      const head = found.pop() as string;
      if (everything) found.push(cells(head));
      continue;
    }
    if (inTable && !everything) continue;
    if (noProse.some((pattern) => pattern.test(line)) || (heading.test(line) && !everything)) continue;
    if (inTable) found.push(`· ${cells(line)}`);
    else found.push(everything ? line.replace(/^[ \t]*#{1,6}[ \t]*/, '').replace(headingId, '') : line);
    length += line.trim().length;
    if (length >= enough) break;
  }
  return found;
}

/** The row between the head of a table and its body. */
const isDelimiterRow = (line: string): boolean => /^[ \t|:-]+$/.test(line) && line.includes('-') && line.includes('|');

/** `{#id}` behind a heading. */
const headingId = /\{[#:][^{}]*\}[ \t]*$/;

const cells = (row: string): string =>
  row
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim())
    .filter((cell) => cell !== '')
    .join(' · ');

/** What ends the block that `line` opens; undefined when it opens none. */
function opened(line: string, first: boolean, everything: boolean): RegExp | undefined {
  const mark = fence.exec(line)?.[1];
  if (mark) return new RegExp(`^[ >]{0,9}\\${mark.charAt(0)}{${mark.length},}[ \\t]*$`);
  if (first && frontMatter.test(line)) return frontMatter;
  const name = opaque.exec(line)?.[1];
  if (everything && name?.toLowerCase() === 'table') return undefined;
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
