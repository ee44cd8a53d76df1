/** What stands behind the fence of a block of code. */
export interface CodeInfo {
  /** As the author calls it; empty when there is none. */
  language: string;
  title: string;
  /** First and last lines of what is marked, from 1. */
  marked: readonly (readonly [number, number])[];
}

const maxRanges = 100;

/**
 * Reads `js title="app.js" {1,3-5}`, and what other programs write for it: `js:app.js`, `js {hl_lines=[1,"3-5"]}`, `js{1}`, `js [app.js]`,
 * `{.js}`.
 */
export function codeInfo(info: string): CodeInfo {
  const text = info.trim();
  const first = /^[^\s{]*/.exec(text)?.[0] ?? '';
  const [language, name = ''] = named(first || (/^\{\s*\.([\w+#-]+)/.exec(text)?.[1] ?? ''));
  const rest = text.slice(first.length);
  const [title = '', double, single, bare] =
    /(?:^|[\s{,])(?:title|filename|file|name)=(?:"([^"]*)"|'([^']*)'|([^\s"'{}]+))/.exec(rest) ?? [];
  const inBrackets = /^\s+\[([^\]]+)\]/.exec(rest)?.[1];
  const others = rest.replace(title, '');
  const lines =
    /\{([\d,\s-]+)\}/.exec(others)?.[1] ?? /\b(?:hl_lines|mark)=(\[[^\]]*\]|"[^"]*"|\{[^}]*\}|\S+)/.exec(others)?.[1];
  return { language, title: (double ?? single ?? bare ?? inBrackets ?? name).trim(), marked: ranges(lines ?? '') };
}

/** `js:src/app.js` is a language and a name; other colons belong to the language. */
const named = (word: string): [string, string?] => {
  const [, language, name] = /^([\w+#-]+):([\w./@-]*[./][\w./@-]*)$/.exec(word) ?? [];
  return language !== undefined && name !== undefined ? [language, name] : [word];
};

function ranges(lines: string): [number, number][] {
  return [...lines.matchAll(/(\d{1,6})(?:\s*-\s*(\d{1,6}))?/g)]
    .slice(0, maxRanges)
    .map(([, from, to]): [number, number] => [Number(from), Number(to ?? from)]);
}

/** Code as HTML with the marked lines in `mark`. Elements of highlighting that go over several lines are closed and opened again. */
export function markLines(html: string, marked: CodeInfo['marked']): string {
  if (marked.length === 0) return html;
  let open: string[] = [];
  return html
    .split(/(?<=\n)/)
    .map((line, index) => {
      const before = open;
      open = openAfter(line, before);
      if (!marked.some(([from, to]) => from <= index + 1 && index + 1 <= to)) return line;
      return `${closing(before)}<mark>${before.join('')}${line}${closing(open)}</mark>${open.join('')}`;
    })
    .join('');
}

const closing = (open: readonly string[]): string => '</span>'.repeat(open.length);

function openAfter(line: string, before: readonly string[]): string[] {
  const open = [...before];
  for (const [tag] of line.matchAll(/<\/?span\b[^>]*>/g)) {
    if (tag.startsWith('</')) open.pop();
    else open.push(tag);
  }
  return open;
}
