import { timestamp } from './timestamp.ts';

/** What the top of an article says about it, and the article without those lines. */
export interface Head {
  /** The first heading, as Markdown. */
  readonly title?: string;
  /** What stands after "Author:". */
  readonly authors?: string;
  /** RFC 3339. */
  readonly date?: string;
  readonly body: string;
}

const label = '(authors?|written by|by|date|published(?: on)?|posted(?: on)?|publication date)';
const opening = new RegExp(`^[*_]{0,3}\\s*${label}\\s*(?::|[*_]{1,3}(?=\\s*:?\\s*\\S))`, 'i');
const wholeBy = /^([*_]{1,3})by\s+(?!default\b)[^*_]{3,150}\1$/i;
const later = new RegExp(`(?:^|[\\n|·•;,\\s]|\\s[-–—])\\s*${label}\\s*:\\s*`, 'gi');
const atx = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/;
const setext = /^ {0,3}(=+|-{2,})[ \t]*$/;
/** What may stand between title and byline: pictures, admonitions and their indented text, raw HTML, comments. */
const furniture = /^\s*(?:!\[|\[!\[|!!!|\?\?\?|<|\{)|^(?: {4}|\t)/;

/**
 * Reads first heading, author line and date line from the top of an article: down to the first paragraph of ordinary text, nothing that
 * looks like them further down is touched. With `title` (from front matter) a first heading of the same words is taken out, any other stays.
 */
export function readHead(body: string, title?: string): Head {
  const lines = body.split('\n');
  const kept: string[] = [];
  const found: { title?: string; authors?: string; date?: string } = {};
  let at = 0;
  while (at < lines.length) {
    const line = lines[at]!;
    const heading = headingAt(lines, at);
    if (heading) {
      if (found.title !== undefined || (title !== undefined && !sameWords(heading.text, title))) break;
      found.title = heading.text;
      at += heading.lines;
    } else if (line.trim() === '' || furniture.test(line)) {
      if (line.trim() !== '' || kept.at(-1)?.trim() !== '') kept.push(line);
      at++;
    } else {
      const end = paragraphEnd(lines, at);
      const said = byline(lines.slice(at, end));
      if (!said) break;
      Object.assign(found, { ...said.found, ...found });
      kept.push(...said.rest);
      at = end;
      if (said.rest.length > 0) break;
    }
  }
  const rest = lines.slice(at);
  if (found.title !== undefined || title !== undefined) return { ...found, body: join(kept, rest) };
  const below = takeFirstHeading(rest);
  return { ...found, ...(below.title === undefined ? {} : { title: below.title }), body: join(kept, below.rest) };
}

function join(kept: readonly string[], rest: readonly string[]): string {
  return [...kept, ...rest]
    .join('\n')
    .replace(/^\s*\n/, '')

    .trimEnd();
}

function headingAt(lines: readonly string[], at: number): { text: string; lines: number } | undefined {
  const [, , text] = atx.exec(lines[at]!) ?? [];
  if (text) return { text, lines: 1 };
  const line = lines[at]!.trim();
  return line !== '' && setext.test(lines[at + 1] ?? '') && !/^([-*+>|]|\d+[.)])/.test(line)
    ? { text: line, lines: 2 }
    : undefined;
}

/** A heading below the first text names the article too, but only one of the first rank is taken away from there. */
function takeFirstHeading(lines: readonly string[]): { title?: string; rest: readonly string[] } {
  let fence: string | undefined;
  for (const [index, line] of lines.entries()) {
    const [, mark] = /^\s*(`{3,}|~{3,})/.exec(line) ?? [];
    if (mark) fence = fence === undefined ? mark[0] : mark[0] === fence ? undefined : fence;
    const [, rank, text] = (fence === undefined && atx.exec(line)) || [];
    if (!text) continue;
    return { title: text, rest: rank === '#' ? [...lines.slice(0, index), ...lines.slice(index + 1)] : lines };
  }
  return { rest: lines };
}

function paragraphEnd(lines: readonly string[], start: number): number {
  let end = start + 1;
  while (end < lines.length && lines[end]!.trim() !== '' && !atx.test(lines[end]!)) end++;
  return end;
}

/** The paragraph as "Author: …" and "Date: …", and those of its lines that are none; undefined when it does not begin with one. */
function byline(lines: readonly string[]): { found: { authors?: string; date?: string }; rest: string[] } | undefined {
  const raw = lines.join('\n').trim();
  if (!opening.test(raw) && !wholeBy.test(raw)) return undefined;
  const text = plain(raw).replace(/^by\s+(?!:)/i, 'by: ');
  const marks = [...`\n${text}`.matchAll(later)];
  if (marks[0]?.index !== 0) return undefined;
  const found: { authors?: string; date?: string } = {};
  let rest: string[] = [];
  for (const [index, one] of marks.entries()) {
    const value = `\n${text}`.slice(one.index + one[0].length, marks[index + 1]?.index).trim();
    const isDate = /date|publish|posted/i.test(one[1]!);
    const whole = index === marks.length - 1 && wrapped(raw);
    const { taken, left } = isDate ? firstLine(value) : whole ? { taken: value, left: [] } : continued(value);
    const date = isDate ? timestamp(taken) : undefined;
    if (isDate && !date) return Object.keys(found).length > 0 ? { found, rest: [...rest, taken, ...left] } : undefined;
    if (date) found.date ??= date;
    else found.authors = found.authors ? `${found.authors}, ${taken}` : taken;
    rest = [...rest, ...left];
  }
  return { found, rest };
}

/** Emphasis taken off; underscores inside words and addresses stay. */
function plain(text: string): string {
  return text
    .replace(/\*+/g, '')
    .replace(/(^|\n|:\s*)_+(?=\S)/g, '$1')
    .replace(/_+(?=\s*(?:\n|$|:))/g, (marks, offset: number, all: string) =>
      /\S*\]\([^)]*$/.test(all.slice(0, offset)) ? marks : '',
    )
    .replace(new RegExp(`^${label}\\s+(?!\\s*(?::|on\\b))`, 'i'), (whole, word: string) =>
      /^by$/i.test(word) ? whole : `${word}: `,
    );
}

/** One emphasis around the whole paragraph, so that all of its lines belong to the byline. */
function wrapped(raw: string): boolean {
  const [start] = /^[*_]+/.exec(raw) ?? [''];
  return start !== '' && raw.endsWith([...start].reverse().join(''));
}

function firstLine(value: string): { taken: string; left: string[] } {
  const [taken = '', ...left] = value.split('\n');
  return { taken: taken.trim(), left };
}

/** A byline goes on in the next line where this one ends, or that one begins, in the middle of a list or a role. */
function continued(value: string): { taken: string; left: string[] } {
  const lines = value.split('\n');
  let end = 1;
  while (
    end < lines.length &&
    (/(?:[,&@(]|\b(?:and|at|of|for))\s*$/i.test(lines[end - 1]!) || /^\s*(?:[,&@)]|and\b)/i.test(lines[end]!))
  )
    end++;
  return { taken: lines.slice(0, end).join(' '), left: lines.slice(end) };
}

function sameWords(one: string, other: string): boolean {
  const words = (text: string) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim();
  return words(one) === words(other);
}
