/** What begins and ends a comment of any language, where it stands alone in a line. */
const comment = (words: string): RegExp =>
  new RegExp(`^[ \\t]*(?://|#|--|%|;|<!--|/\\*|\\{/\\*)[ \\t]*${words}[ \\t]*(?:-->|\\*/\\}?)?[ \\t]*$`);
const [nextLine, start, end] = ['highlight-next-line', 'highlight-start', 'highlight-end'].map(comment) as [
  RegExp,
  RegExp,
  RegExp,
];
/** Behind a line, as VitePress has it. */
const atEnd = /[ \t]*(?:\/\/|#|--|<!--|\/\*)[ \t]*\[!code (?:highlight|hl|focus)\][ \t]*(?:-->|\*\/)?[ \t]*$/;

/** Comments in code that mark its lines (Docusaurus, VitePress) as the lines' numbers behind the fence, `{2,4-6}`. */
export const withMarkedLines = (markdown: string): string =>
  /highlight-(?:next-line|start)|\[!code /.test(markdown)
    ? markdown.replace(
        /^(`{3,})([^\n`{]*)\n([\s\S]*?)^\1[ \t]*$/gm,
        (whole, marks: string, info: string, code: string) => {
          const read = readLines(code.split('\n').slice(0, -1));
          return read
            ? `${marks}${info.trimEnd()} {${read.marked.join(',')}}\n${read.lines.join('\n')}\n${marks}`
            : whole;
        },
      )
    : markdown;

/** Undefined when no line is marked. */
function readLines(all: readonly string[]): { lines: string[]; marked: number[] } | undefined {
  const lines: string[] = [];
  const marked: number[] = [];
  let [next, inside] = [false, false];
  for (const line of all) {
    if (nextLine.test(line)) next = true;
    else if (start.test(line)) inside = true;
    else if (end.test(line)) inside = false;
    else {
      if (lines.push(line.replace(atEnd, '')) && (next || inside || atEnd.test(line))) marked.push(lines.length);
      next = false;
    }
  }
  return marked.length > 0 ? { lines, marked } : undefined;
}
