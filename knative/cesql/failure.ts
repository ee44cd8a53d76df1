import type { Value } from './value.ts';

/** The kinds of error that may arise while an expression is evaluated (section 3.3). */
export type FailureKind = 'math' | 'cast' | 'missingAttribute' | 'missingFunction' | 'functionEvaluation';

/** An error of an evaluation. It goes up through the operators around it, which answer the zero value of their type. */
export class Failure {
  readonly kind: FailureKind;
  readonly message: string;
  /** Where in the text it arose: characters before it. */
  readonly at: number;
  /** What the function that failed gives nevertheless. */
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
