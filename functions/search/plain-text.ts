/** Characters of a text that are looked through; longer ones are hardly written by hand. */
const considered = 200_000;
const frontMatter = /^(?:---|\+\+\+)[ \t]*\r?\n[\s\S]{0,20000}?\n(?:---|\+\+\+)[ \t]*(?:\r?\n|$)/;
const fence = /^[ \t>]{0,9}(`{3,}|~{3,})/;

/** Markup to remove, in this order; every pattern looks ahead a bounded distance, or takes all that it saw. */
const markup: readonly (readonly [RegExp, string])[] = [
  [/<!--[\s\S]*?(?:-->|$)/g, ' '],
  [/<(script|style|iframe|svg)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, ' '],
  [/^[ \t]*(?:>[ \t]?)+/gm, ''],
  [/(?<![ \t])[ \t]*\{[#:][^{}\n]{0,200}\}[ \t]*$/gm, ''],
  // A heading does not run into what stands below it.
  [/^ {0,3}#{1,6}[ \t]([^\n]*)(?=\n\s*\S)/gm, '$1 ·'],
  [/^ {0,3}#{1,6}[ \t]+/gm, ''],
  [/^ {0,3}(?:[-*_=] ?){3,}[ \t]*$/gm, ''],
  [/^[ \t]*(?:\|[ \t]*)?:?--[-:| \t]*$/gm, ''],
  [/^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?/gm, ''],
  [/^ {0,3}\[[^\]\n]{1,100}\]:.*$/gm, ''],
  [/!?\[([^\][\n]{0,300})\](?:\([^)\n]{0,500}\)|\[[^\]\n]{0,100}\])/g, '$1'],
  [/<((?:https?|mailto):[^<>\s]{1,500})>/g, '$1'],
  [/<\/?[a-zA-Z][^<>]{0,500}>/g, ' '],
  [/\[\^[^\]\n]{1,50}\]/g, ''],
  [/`+/g, ''],
  [/(?<!\\)(?:\*\*|__|~~)/g, ''],
  [/(^|[\s(])[*_](?=\S)/gm, '$1'],
  [/([^\s*_\\])[*_](?=[\s.,;:!?)]|$)/gm, '$1'],
  [/\\([!-/:-@[-`{-~])/g, '$1'],
];
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** Letters of scripts that are written without blanks: a line may end between any two of them. */
const unspaced = '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\u3000-\\u303f\\u30fc\\uff01-\\uff60]';
const lineBreak = new RegExp(`(?<=${unspaced})[ \\t]*\\n[ \\t]*(?=${unspaced})`, 'gu');

/** What readers of a Markdown text see, as one line; programs in it too. It is text and not HTML: who shows it escapes it. */
export function plainText(markdown: string): string {
  const parts: string[] = [];
  let prose: string[] = [];
  const endProse = () => {
    if (prose.length > 0) parts.push(withoutMarkup(prose.join('\n')));
    prose = [];
  };
  let open: string | undefined;
  for (const line of markdown.slice(0, considered).replace(frontMatter, '').split(/\r?\n/)) {
    const mark = fence.exec(line)?.[1];
    if (mark && (open === undefined || (mark.startsWith(open) && line.trim() === mark))) {
      open = open === undefined ? mark : undefined;
      endProse();
    } else if (open === undefined) prose.push(line);
    else parts.push(line);
  }
  endProse();
  return parts
    .join('\n')
    .replace(lineBreak, '')
    .replace(/[\s\u0000-\u001f\u007f]+/g, ' ')
    .trim();
}

function withoutMarkup(text: string): string {
  let plain = text;
  for (const [pattern, by] of markup) plain = plain.replace(pattern, by);
  return plain.replace(/&(#\d{1,7}|\w{2,5});/g, (whole, name: string) => entity(name) ?? whole);
}

function entity(name: string): string | undefined {
  if (!name.startsWith('#')) return Object.hasOwn(entities, name) ? entities[name] : undefined;
  const code = Number(name.slice(1));
  return code >= 32 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : ' ';
}
