import type { Value } from './value.ts';

/** The kinds of error that may arise while an expression is evaluated (section 3.3). */
export type FailureKind = 'math' | 'cast' | 'missingAttribute' | 'missingFunction' | 'functionEvaluation';

/** An evaluation error. It propagates through the enclosing operators, which return the zero value of their type. */
export class Failure {
  readonly kind: FailureKind;
  readonly message: string;
  /** Character offset in the text. */
  readonly at: number;
  /** Value that the failed function returns beside the error. */
  readonly value: Value | undefined;

  constructor(kind: FailureKind, message: string, at: number, value?: Value) {
    this.kind = kind;
    this.message = message;
    this.at = at;
    this.value = value;
  }
}

/** The text is no valid expression; `at` is the character offset of the error. */
export class CesqlParseError extends Error {
  override name = 'CesqlParseError';
  readonly at: number;

  constructor(at: number, problem: string) {
    super(`${problem} at character ${at + 1}`);
    this.at = at;
  }
}
