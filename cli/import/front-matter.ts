import { parse as parseToml } from 'smol-toml';
import { isMap, isNode, isScalar, parseDocument } from 'yaml';
import { staticObject } from './static-javascript.ts';

/** A file's front matter, keys in lower case, and what follows it. */
export interface FrontMatter {
  readonly fields: Readonly<Record<string, unknown>>;
  /** Every pair as it is written, also one that a later pair of the same name overrules. */
  readonly said: readonly Pair[];
  readonly body: string;
  /** Why something that looks like front matter was not understood. */
  readonly problem?: string;
}

export type Pair = readonly [key: string, value: unknown];

export interface FrontMatterOptions {
  /** Hexo lets front matter begin without a line of hyphens. */
  readonly mayBeginWithout?: boolean;
}

interface Block {
  readonly language: string;
  readonly inner: string;
  readonly body: string;
  /** Without a last line: what follows may be text as well. */
  readonly open?: true;
}

/**
 * Splits YAML (`---`), TOML (`+++`), JSON or literal JavaScript (`---js`) front matter, or the lines of metadata that begin with `Title:`,
 * from a text with `\n` line ends. Blank lines before it are allowed. A text that begins with a mere rule has none.
 */
export function frontMatter(whole: string, { mayBeginWithout = false }: FrontMatterOptions = {}): FrontMatter {
  const text = whole.replace(/^(?:[ \t]*\n)+/, '');
  const block =
    fenced(text) ??
    json(text) ??
    (mayBeginWithout ? onlyClosed(text) : undefined) ??
    metadata(text) ??
    properties(text) ??
    belowHeading(text) ??
    late(text) ??
    commented(text);
  if (!block) return { fields: {}, said: [], body: whole };
  if (block.open) return notUnderstood(block, whole, 'it is not closed');
  try {
    const said = pairs(block);
    if (said === undefined) return { fields: {}, said: [], body: whole, problem: 'front matter: it has no fields' };
    return { fields: lowerKeys(said), said, body: block.body };
  } catch (error) {
    return notUnderstood(block, block.body, (error as Error).message.split('\n')[0]!);
  }
}

function notUnderstood({ inner }: Block, body: string, why: string): FrontMatter {
  const said = lines(inner);
  return { fields: lowerKeys(said), said, body, problem: `front matter: ${why}` };
}

const languages: Record<string, string> = { yml: 'yaml', javascript: 'js', mjs: 'js', ts: 'js', json5: 'js' };

/** Between a line of hyphens, plus signs or semicolons and the next one; YAML may end with dots. */
function fenced(text: string): Block | undefined {
  const [opening, marks, named = ''] = /^(-{3,}|\+{3}|;{3,})[ \t]*([a-z]\w*)?[ \t]*\n/.exec(text) ?? [];
  if (opening === undefined || marks === undefined) return undefined;
  const language = languages[named] ?? (named || { '-': 'yaml', '+': 'toml', ';': 'json' }[marks[0]!]!);
  const rest = text.slice(opening.length);
  const last = marks[0] === '-' ? `(?:${marks}|\\.\\.\\.)` : marks.replace(/\+/g, '\\+');
  const closing = new RegExp(`^${last}[ \\t]*(?:\\n|$)`, 'm').exec(rest);
  if (closing)
    return { language, inner: rest.slice(0, closing.index), body: rest.slice(closing.index + closing[0].length) };
  const inner = /^(?:[ \t]*\n)*(?:[ \t]*\S.*(?:\n|$))*/.exec(rest)?.[0] ?? '';
  return marks[0] !== '-' || named || looksLikeFields(inner) ? { language, inner, body: rest, open: true } : undefined;
}

const looksLikeFields = (text: string): boolean => /^["']?[A-Za-z_][\w .-]*["']?[ \t]*[:=](?:[ \t]|$)/m.test(text);

/** An object at the beginning; its end is the first brace at a line's end behind which the whole is JSON. */
function json(text: string): Block | undefined {
  if (!/^\{\s*["}]/.test(text)) return undefined;
  for (const { index } of text.matchAll(/\}[ \t]*(?=\n|$)/g)) {
    const inner = text.slice(0, index + 1);
    try {
      JSON.parse(inner);
      return { language: 'json', inner, body: text.slice(index + 1).replace(/^[ \t]*\n?/, '') };
    } catch {
      // A brace inside of it.
    }
  }
  return { language: 'json', inner: /^(?:[ \t]*\S.*(?:\n|$))*/.exec(text)?.[0] ?? '', body: text, open: true };
}

/** Lines of `Key: …` until the first blank line, as Pelican, MultiMarkdown and MkDocs have them. */
function metadata(text: string): Block | undefined {
  const [inner] =
    /^(?:[A-Za-z][\w -]*:(?:[ \t].*)?\n)(?:[A-Za-z][\w -]*:(?:[ \t].*)?(?:\n|$)|[ \t]+\S.*(?:\n|$))*(?=\n|$)/.exec(
      text,
    ) ?? [];
  if (inner === undefined) return undefined;
  const several = /\n[ \t]*\S/.test(inner);
  const telling = several ? /^(?:title|status|draft|published|visibility|private|hidden)[ \t]*:/im : onlyHiding;
  return telling.test(inner) ? { language: 'lines', inner, body: text.slice(inner.length) } : undefined;
}

/** Lines of `key:: …` on top, as Logseq has them. */
function properties(text: string): Block | undefined {
  const [inner] = /^(?:[A-Za-z][\w.-]*::[ \t]+\S.*(?:\n|$))+/.exec(text) ?? [];
  return inner === undefined
    ? undefined
    : { language: 'lines', inner: inner.replace(/^([^:\n]+)::/gm, '$1:'), body: text.slice(inner.length) };
}

/** The paragraph of properties below the title, as Notion exports them; one of ordinary text has no such lines alone. */
function belowHeading(text: string): Block | undefined {
  const [, heading = '', inner] =
    /^(#[ \t]+\S.*\n(?:[ \t]*\n)+)((?:[A-Za-z][\w \t/&()-]{0,40}:[ \t]+\S.*(?:\n|$))+)(?=[ \t]*\n|$)/.exec(text) ?? [];
  if (
    inner === undefined ||
    !/^(?:status|drafts?|published|publish|public|visibility|private|hidden)[ \t]*:/im.test(inner)
  )
    return undefined;
  const several = inner.trim().includes('\n');
  return several || onlyHiding.test(inner.trim())
    ? { language: 'lines', inner, body: `${heading}${text.slice(heading.length + inner.length)}` }
    : undefined;
}

/** A line that alone is no sentence. */
const onlyHiding = /^(?:draft[ \t]*:[ \t]*(?:true|yes)|status[ \t]*:[ \t]*(?:draft|private|hidden))\s*$/i;

/** Fields in a comment above the text. */
function commented(text: string): Block | undefined {
  const [whole, inner = ''] = /^<!--(-?\s*\n[\s\S]*?)-->[ \t]*(?:\n|$)/.exec(text) ?? [];
  if (whole === undefined || !/^(?:title|date|status|draft|published|visibility|private|hidden)[ \t]*:/im.test(inner))
    return undefined;
  return { language: 'lines', inner, body: text.slice(whole.length) };
}

function onlyClosed(text: string): Block | undefined {
  const closing = /^(-{3,}|;{3,})[ \t]*(?:\n|$)/m.exec(text);
  if (!closing) return undefined;
  const inner = text.slice(0, closing.index);
  if (!looksLikeFields(inner.split('\n')[0]!)) return undefined;
  return {
    language: closing[1]!.startsWith(';') ? 'json' : 'yaml',
    inner,
    body: text.slice(closing.index + closing[0].length),
  };
}

/** Front matter below a comment: no program reads it, but somebody meant it. */
function late(text: string): Block | undefined {
  const [comments] = /^(?:<!--[\s\S]*?-->\s*)+(?=(?:---|\+\+\+)[ \t]*\n)/.exec(text) ?? [];
  if (comments === undefined) return undefined;
  const block = fenced(text.slice(comments.length));
  return block && looksLikeFields(block.inner) ? { ...block, open: true } : undefined;
}

/** @throws Error when the block is not what it says */
function pairs({ language, inner }: Block): readonly Pair[] | undefined {
  if (language === 'lines') return lines(inner);
  if (language === 'toml') return Object.entries(parseToml(inner));
  if (language === 'json') return entries(JSON.parse(/^\s*\{/.test(inner) ? inner : `{${inner.replace(/,\s*$/, '')}}`));
  if (language === 'yaml') return yamlPairs(inner);
  const value = language === 'js' ? staticObject(inner) : undefined;
  if (value === undefined) throw new Error(`${language} cannot be read without running it`);
  return entries(value);
}

function yamlPairs(text: string): readonly Pair[] | undefined {
  const document = parseDocument(text, { uniqueKeys: false, merge: true, logLevel: 'silent' });
  if (document.errors[0]) throw document.errors[0];
  const value: unknown = document.toJS();
  if (value === null || value === undefined) return [];
  if (!isMap(document.contents)) return undefined;
  const written = document.contents.items.map(
    ({ key, value }): Pair => [String(isScalar(key) ? key.value : key), isNode(value) ? value.toJS(document) : value],
  );
  return [...written, ...Object.entries(value as object).filter(([key]) => !written.some(([other]) => other === key))];
}

function entries(value: unknown): readonly Pair[] | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : undefined;
}

/** Fields by their names in lower case; the last of a name counts. */
export function lowerKeys(said: readonly Pair[]): Record<string, unknown> {
  return Object.fromEntries(said.map(([key, field]) => [key.trim().toLowerCase(), field]));
}

/** What each line `key: value` or `key = value` says by itself. */
function lines(block: string): Pair[] {
  const found = [...block.matchAll(/^[ \t{]*["']?([A-Za-z_][\w -]*?)["']?[ \t]*[:=][ \t]*(\S.*?)[ \t,]*$/gm)];
  return found.map(([, key, value]) => [key!, value!.replace(/^(["'])(.*)\1$/, '$2')]);
}
