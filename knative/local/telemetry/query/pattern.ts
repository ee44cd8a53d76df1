import { RE2JS } from 're2js';

/** Longest expression, in characters. */
const maxCharacters = 1_000;
/** Most instructions of its program: a match costs at most so many steps a character. */
const maxInstructions = 5_000;

/** Most characters × the largest count of a repetition like `{1000}`: compiling more than that blocks the process for 0.1 s. */
const maxRepeated = 20_000;

/** The part of a compiled expression that queries use: it has to match a whole text. */
export type Pattern = Pick<RE2JS, 'matches' | 'matcher'>;

/**
 * Compiles an expression in RE2's syntax, as Prometheus and Tempo do: a match takes time linear in the text, whatever the
 * expression. `dotAll`: `.` matches line ends too.
 * @throws Error with one line for who wrote it
 */
export function patternOf(expression: string, { dotAll = false } = {}): Pattern {
  if (expression.length > maxCharacters)
    throw new Error(`a regular expression may have ${maxCharacters} characters, this one has ${expression.length}`);
  const tooLarge = () => new Error(`${expression} is too large a regular expression`);
  if (expression.length * largestCount(expression) > maxRepeated) throw tooLarge();
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(expression, dotAll ? RE2JS.DOTALL : 0);
  } catch (error) {
    throw new Error(`${expression} is no regular expression: ${(error as Error).message}`);
  }
  if (compiled.programSize() > maxInstructions) throw tooLarge();
  return compiled;
}

/** Looks at digits only, so that it may see a count where there is none (`\\{500}`). */
const largestCount = (expression: string) =>
  Math.max(1, ...Array.from(expression.matchAll(/\{(\d+)(?:,(\d*))?\}/g), ([, from, to]) => Number(to || from)));
