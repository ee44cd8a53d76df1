import { Cursor } from './cursor.ts';
import { CesqlParseError } from './failure.ts';
import { tokens } from './lexer.ts';
import type { Arithmetic, Comparison, Expression, Logic } from './syntax.ts';
import { max, min } from './value.ts';

/**
 * Parses an expression of CESQL 1.0. Operators of one precedence group to the left, AND, OR and XOR among them
 * (section 3.6). Words are understood in any case.
 *
 * @throws CesqlParseError
 */
export function parse(text: string): Expression {
  const found = tokens(text);
  const beyond = found[maxTokens];
  if (beyond) throw new CesqlParseError(beyond.at, `more than ${maxTokens} words and signs`);
  const parser = new Parser(found);
  const expression = parser.expression();
  parser.end();
  return expression;
}

/** Maximum tokens and nesting: a deeper tree could exhaust the stack. */
const maxTokens = 4_000;
const maxDepth = 200;

const keywords: ReadonlySet<string> = new Set(['AND', 'OR', 'XOR', 'NOT', 'LIKE', 'EXISTS', 'IN', 'TRUE', 'FALSE']);

type Levels = readonly (readonly ['logic' | 'comparison' | 'arithmetic', ReadonlySet<string>])[];

/** Binary operators, loosest first. */
const levels: Levels = [
  ['logic', new Set(['AND', 'OR', 'XOR'])],
  ['comparison', new Set(['=', '!=', '<>', '<', '<=', '>', '>='])],
  ['arithmetic', new Set(['+', '-'])],
  ['arithmetic', new Set(['*', '/', '%'])],
];

class Parser extends Cursor {
  #depth = 0;

  expression(): Expression {
    return this.#nested(() => this.#binary(0));
  }

  end(): void {
    if (this.token.kind !== 'end') this.unexpected('an operator or the end');
  }

  #binary(level: number): Expression {
    const found = levels[level];
    if (!found) return this.#suffixed();
    const [kind, operators] = found;
    let left = this.#binary(level + 1);
    while (operators.has(this.text)) {
      const { at, text } = this.take();
      const right = this.#binary(level + 1);
      left = { kind, operator: text === '<>' ? '!=' : text, left, right, at } as Expression & {
        operator: Logic | Comparison | Arithmetic;
      };
    }
    return left;
  }

  /** Operand of LIKE and IN, with or without NOT. */
  #suffixed(): Expression {
    let operand = this.#unary();
    for (;;) {
      const negated = this.text === 'NOT' ? this.take() : undefined;
      if (this.text === 'LIKE') operand = this.#like(operand);
      else if (this.text === 'IN') operand = this.#in(operand);
      else if (negated) this.unexpected('LIKE or IN');
      else return operand;
      if (negated) operand = { kind: 'not', operand, at: negated.at };
    }
  }

  #like(operand: Expression): Expression {
    const { at } = this.take();
    const pattern = this.token;
    if (pattern.kind !== 'string') return this.unexpected('a string, which is the pattern of LIKE');
    this.next++;
    return { kind: 'like', operand, pattern: pattern.value, at };
  }

  #in(operand: Expression): Expression {
    const { at } = this.take();
    return { kind: 'in', operand, set: this.#list(1), at };
  }

  #unary(): Expression {
    if (this.text === 'NOT') {
      const { at } = this.take();
      return { kind: 'not', operand: this.#nested(() => this.#unary()), at };
    }
    const signed = this.#signedInteger();
    if (signed) return signed;
    if (this.text !== '-') return this.#primary();
    const { at } = this.take();
    return { kind: 'minus', operand: this.#nested(() => this.#unary()), at };
  }

  /** A sign and the digits right behind it are one literal: so the least integer can be written. */
  #signedInteger(): Expression | undefined {
    const { at } = this.token;
    const digits = this.tokens[this.next + 1];
    if ((this.text !== '-' && this.text !== '+') || digits?.kind !== 'digits' || digits.at !== at + 1) return undefined;
    const sign = this.take().text;
    this.next++;
    return integer(`${sign}${digits.text}`, at);
  }

  #primary(): Expression {
    const token = this.token;
    if (token.kind === 'string' || token.kind === 'digits') this.next++;
    if (token.kind === 'string') return { kind: 'literal', value: token.value, at: token.at };
    if (token.kind === 'digits') return integer(token.text, token.at);
    if (this.text === '(') return this.#parenthesised();
    if (token.kind !== 'word') return this.unexpected('a value');
    return this.#named(token.text, token.at);
  }

  #named(name: string, at: number): Expression {
    const text = this.text;
    if (text === 'TRUE' || text === 'FALSE') {
      this.next++;
      return { kind: 'literal', value: text === 'TRUE', at };
    }
    if (text === 'EXISTS') {
      this.next++;
      return { kind: 'exists', name: this.#attribute(), at };
    }
    if (keywords.has(text)) return this.unexpected('a value');
    const after = this.tokens[this.next + 1];
    if (after?.kind !== 'sign' || after.text !== '(') return { kind: 'attribute', name: this.#attribute(), at };
    if (!/^[A-Z][A-Z_]*$/.test(text))
      throw new CesqlParseError(at, `"${name}" is not the name of a function: letters and "_"`);
    this.next++;
    return { kind: 'call', name: text, args: this.#list(0), at };
  }

  #attribute(): string {
    const token = this.token;
    if (token.kind !== 'word' && token.kind !== 'digits') return this.unexpected('the name of an attribute');
    if (keywords.has(this.text)) return this.unexpected('the name of an attribute');
    if (token.text.includes('_'))
      throw new CesqlParseError(token.at, `"${token.text}" is not the name of an attribute: letters and digits`);
    this.next++;
    return token.text.toLowerCase();
  }

  #parenthesised(): Expression {
    this.take();
    const expression = this.expression();
    this.expect(')');
    return expression;
  }

  #list(min: number): Expression[] {
    this.expect('(');
    const found: Expression[] = [];
    if (min === 0 && this.text === ')') {
      this.next++;
      return found;
    }
    do found.push(this.expression());
    while (this.text === ',' && this.take());
    this.expect(')');
    return found;
  }

  #nested(parse: () => Expression): Expression {
    if (++this.#depth > maxDepth) throw new CesqlParseError(this.token.at, `more than ${maxDepth} levels deep`);
    const found = parse();
    this.#depth--;
    return found;
  }
}

function integer(text: string, at: number): Expression {
  const value = Number(text);
  if (value < min || value > max) throw new CesqlParseError(at, `${text} is not an integer of 32 bits`);
  return { kind: 'literal', value: value + 0, at };
}
