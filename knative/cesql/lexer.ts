import { CesqlParseError } from './failure.ts';

/** A token of an expression; `at` is its character offset. */
export type Token = { readonly at: number } & (
  | { kind: 'sign'; text: string }
  | { kind: 'word'; text: string }
  | { kind: 'digits'; text: string }
  | { kind: 'string'; value: string }
  | { kind: 'end' }
);

const space = /[ \t\r\n]*/y;
const word = /[A-Za-z0-9_]+/y;
const sign = /<>|<=|>=|!=|[-()=<>+*/%,]/y;
const strings = { "'": /'(?:\\[\s\S]|[^'\\])*'/y, '"': /"(?:\\[\s\S]|[^"\\])*"/y } as const;

/** Splits an expression into tokens; the last one marks the end. @throws CesqlParseError */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  for (let at = skip(text, 0); ; ) {
    if (at === text.length) {
      found.push({ kind: 'end', at });
      return found;
    }
    const token = tokenAt(text, at);
    found.push(token.token);
    at = skip(text, token.end);
  }
}

const skip = (text: string, at: number) => at + (match(space, text, at)?.length ?? 0);

function tokenAt(text: string, at: number): { token: Token; end: number } {
  const first = text[at] as string;
  if (first === "'" || first === '"') return stringAt(text, at, first);
  const name = match(word, text, at);
  if (name) return { token: { kind: /^\d+$/.test(name) ? 'digits' : 'word', text: name, at }, end: at + name.length };
  const found = match(sign, text, at);
  if (!found)
    throw new CesqlParseError(
      at,
      `${JSON.stringify(String.fromCodePoint(text.codePointAt(at) as number))} means nothing here`,
    );
  return { token: { kind: 'sign', text: found, at }, end: at + found.length };
}

/** Unescapes only the string's own quote; every other backslash is literal. */
function stringAt(text: string, at: number, quote: "'" | '"'): { token: Token; end: number } {
  const raw = match(strings[quote], text, at);
  if (!raw) throw new CesqlParseError(at, `the string is not closed with ${quote}`);
  const end = at + raw.length;
  if (text[end] === quote)
    throw new CesqlParseError(end, `a ${quote} inside of a string is written \\${quote}: unexpected ${quote}`);
  return { token: { kind: 'string', value: raw.slice(1, -1).replaceAll(`\\${quote}`, quote), at }, end };
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
