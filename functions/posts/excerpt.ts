import { prose } from './prose.ts';

/** Maximum characters that are read; links and pictures may be most of them. */
const considered = 1200;
const maxLength = 200;

/** Markup to remove, in this order; every pattern looks ahead a bounded distance, so that no text can make it slow. */
const inline: readonly (readonly [RegExp, string])[] = [
  [/^[ \t]*\[![a-zA-Z]{1,20}\][+-]?[ \t]*$/gm, ''],
  [/^[ \t]*(?:\[\[?_?TOC_?\]?\]|\{:toc\}|\$\{toc\})[ \t]*$/gim, ''],
  [/^:[ \t]+(?=\S)/gm, ''],
  [/^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?/gm, ''],
  [/<!--[\s\S]*?(?:-->|$)/g, ' '],
  [/<(script|style|iframe|svg)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, ' '],
  [/\{\{[^{}\n]{0,200}\}\}|\{:[^{}\n]{0,200}\}/g, ' '],
  [/!\[[^\]\n]{0,300}\](?:\([^)\n]{0,500}\)|\[[^\]\n]{0,100}\])?/g, ' '],
  [/\[([^\][\n]{0,300})\](?:\([^)\n]{0,500}\)|\[[^\]\n]{0,100}\])/g, '$1'],
  [/<((?:https?|mailto):[^<>\s]{1,500})>/g, '$1'],
  [/<\/t[dh]>/gi, ' · '],
  [/<\/?[a-zA-Z][^<>]{0,500}>/g, ' '],
  [/\[\^[^\]\n]{1,50}\]/g, ''],
  [/`+/g, ''],
  [/(?<!\\)(?:\*\*|__|~~)/g, ''],
  [/(^|[\s(])[*_](?=\S)/gm, '$1'],
  [/([^\s*_\\])[*_](?=[\s.,;:!?)]|$)/gm, '$1'],
  [/\\([!-/:-@[-`{-~])/g, '$1'],
];

const entities: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  mdash: '—',
  ndash: '–',
  hellip: '…',
};

/** Letters of scripts that are written without blanks: a line may end between any two of them. */
const dense = '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\u3000-\\u303f\\u30fc\\uff01-\\uff60]';
const denseBreak = new RegExp(`(?<=${dense})\\n(?=${dense})`, 'gu');

/**
 * The beginning of a text as plain words: no Markdown, no HTML, no code blocks, no headings, no tables, at most 200 code points
 * and cut between words, or between what readers take for characters. A text of nothing but headings and tables gives these. It is
 * text and not HTML: who shows it escapes it.
 */
export const excerptOf = (markdown: string): string =>
  cut(plain(prose(markdown, considered))) || cut(plain(prose(markdown, considered, true)));

function plain(lines: string[]): string {
  let text = lines.join('\n').slice(0, 2 * considered);
  for (const [pattern, by] of inline) text = text.replace(pattern, by);
  return text
    .replace(/&(#\d{1,7}|#[xX][\da-fA-F]{1,6}|\w{2,8});/g, (whole, name: string) => entity(name) ?? whole)
    .replace(denseBreak, '')
    .replace(/[\u0000-\u001f\u007f]/g, ' ')
    .toWellFormed()
    .replace(/\s+/g, ' ')
    .replace(/^[\s·]+|[\s·]+$/g, '');
}

function entity(name: string): string | undefined {
  if (!name.startsWith('#')) return Object.hasOwn(entities, name) ? entities[name] : undefined;
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
  return code >= 32 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : ' ';
}

function cut(text: string): string {
  if (afterPoints(text, maxLength) >= text.length) return text;
  const end = wholeCharacters(text, afterPoints(text, maxLength - 1));
  const head = text.slice(0, end);
  const space = head.lastIndexOf(' ');
  return `${(space > maxLength / 2 ? head.slice(0, space) : head).replace(/[\s,;:–—-]+$/u, '')}…`;
}

/** The last index up to `end` at which no grapheme is torn: an emoji of many parts, a letter with its marks. */
function wholeCharacters(text: string, end: number): number {
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  const start = graphemes.segment(text).containing(end)?.index;
  return start || end;
}

/** Made when it is needed: it takes a millisecond of the start. */
let graphemes: Intl.Segmenter | undefined;

/** Index behind the first `count` code points. */
function afterPoints(text: string, count: number): number {
  let at = 0;
  for (let seen = 0; seen < count && at < text.length; seen++) at += (text.codePointAt(at) as number) > 0xffff ? 2 : 1;
  return at;
}
