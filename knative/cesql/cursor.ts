import { CesqlParseError } from './failure.ts';
import type { Token } from './lexer.ts';

/** A position in a list of tokens. */
export class Cursor {
  protected next = 0;
  protected readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  protected get token(): Token {
    return this.tokens[this.next] as Token;
  }

  /** The sign, or the word in upper case; empty for other tokens. */
  protected get text(): string {
    const token = this.token;
    if (token.kind === 'sign') return token.text;
    return token.kind === 'word' ? token.text.toUpperCase() : '';
  }

  protected take(): { at: number; text: string } {
    const taken = { at: this.token.at, text: this.text };
    this.next++;
    return taken;
  }

  protected unexpected(wanted: string): never {
    const token = this.token;
    const found = token.kind === 'end' ? 'the end' : token.kind === 'string' ? 'a string' : `"${token.text}"`;
    throw new CesqlParseError(token.at, `expected ${wanted} instead of ${found}`);
  }

  /** Consumes an expected sign or word. */
  protected expect(text: string): void {
    if (this.text !== text) this.unexpected(`"${text}"`);
    this.next++;
  }
}
