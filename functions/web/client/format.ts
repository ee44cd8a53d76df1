/** What a button of the toolbar makes of a text. */
export type Format = 'bold' | 'italic' | 'code' | 'link' | 'heading' | 'list' | 'quote';

/** The characters from `from` to `to` become `insert`; then those of `select` are selected. */
export interface Edit {
  from: number;
  to: number;
  insert: string;
  select: readonly [start: number, end: number];
}

/** Formats what is selected, or takes the format away where it has it. */
export function format(kind: Format, text: string, start: number, end: number): Edit {
  if (kind === 'bold') return wrap(text, start, end, '**');
  if (kind === 'italic') return wrap(text, start, end, '*');
  if (kind === 'link') return link(text, start, end);
  if (kind === 'code')
    return text.slice(start, end).includes('\n') ? fence(text, start, end) : wrap(text, start, end, '`');
  if (kind === 'heading') return eachLine(text, start, end, nextHeading);
  return prefix(text, start, end, kind === 'list' ? '- ' : '> ');
}

function wrap(text: string, first: number, last: number, mark: string): Edit {
  // Blanks at the ends would keep the marks from being ones.
  const inner = text.slice(first, last);
  const start = first + (inner.trim() === '' ? 0 : inner.length - inner.trimStart().length);
  const end = inner.trim() === '' ? last : last - (inner.length - inner.trimEnd().length);
  const size = mark.length;
  if (isAround(text, start, end, mark))
    return { from: start - size, to: end + size, insert: text.slice(start, end), select: [start - size, end - size] };
  return {
    from: start,
    to: end,
    insert: `${mark}${text.slice(start, end)}${mark}`,
    select: [start + size, end + size],
  };
}

/** Whether these marks stand around; those of bold are none of italic. */
function isAround(text: string, start: number, end: number, mark: string): boolean {
  const [sign = ''] = mark;
  let before = 0;
  while (text[start - 1 - before] === sign) before++;
  let after = 0;
  while (text[end + after] === sign) after++;
  const count = Math.min(before, after);
  return mark === '*' ? count % 2 === 1 : count >= mark.length;
}

function link(text: string, start: number, end: number): Edit {
  const chosen = text.slice(start, end);
  if (/^https?:\/\/\S+$/.test(chosen))
    return { from: start, to: end, insert: `[text](${chosen})`, select: [start + 1, start + 5] };
  const label = chosen || 'text';
  const at = start + label.length + 3;
  return { from: start, to: end, insert: `[${label}](https://)`, select: [at, at + 'https://'.length] };
}

function fence(text: string, start: number, end: number): Edit {
  const { from, to, lines } = linesAt(text, start, end);
  const insert = ['```', ...lines, '```'].join('\n');
  return { from, to, insert, select: [from + 3, from + 3] };
}

const nextHeading = (line: string): string =>
  /^### /.test(line) ? line.slice(4) : /^## /.test(line) ? `#${line}` : `## ${line.replace(/^#+ /, '')}`;

function prefix(text: string, start: number, end: number, mark: string): Edit {
  const { lines } = linesAt(text, start, end);
  const written = lines.filter((line) => line.trim() !== '');
  const isOff = written.length > 0 && written.every((line) => line.startsWith(mark));
  return eachLine(text, start, end, (line) => {
    if (isOff) return line.startsWith(mark) ? line.slice(mark.length) : line;
    // Blank lines go on in a quotation, and end a list.
    return line.trim() === '' && lines.length > 1 && mark !== '> ' ? line : `${mark}${line}`;
  });
}

function eachLine(text: string, start: number, end: number, change: (line: string) => string): Edit {
  const { from, to, lines } = linesAt(text, start, end);
  const insert = lines.map(change).join('\n');
  const after = from + insert.length;
  return { from, to, insert, select: start === end ? [after, after] : [from, after] };
}

/** The whole lines of a selection. */
function linesAt(text: string, start: number, end: number): { from: number; to: number; lines: string[] } {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const next = text.indexOf('\n', Math.max(from, end));
  const to = next === -1 ? text.length : next;
  return { from, to, lines: text.slice(from, to).split('\n') };
}
