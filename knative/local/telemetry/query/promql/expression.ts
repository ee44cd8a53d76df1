/** A condition on a label; a label that is not there is empty. */
export interface Matcher {
  label: string;
  operator: '=' | '!=' | '=~' | '!~';
  value: string;
}

/** A selection from the store: at an instant, or over a range that ends there. */
export interface Selector {
  kind: 'selector';
  matchers: readonly Matcher[];
  offsetMs: number;
  rangeMs?: number;
}

export type Grouping = { how: 'by' | 'without'; labels: readonly string[] };

/** Vector matching of a binary operator. */
export interface Matching {
  on: boolean;
  labels: readonly string[];
  /** The side that may have several elements for one of the other. */
  many?: 'left' | 'right';
  /** Labels taken over from the other side. */
  include: readonly string[];
}

export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '^'
  | 'atan2'
  | '=='
  | '!='
  | '>'
  | '<'
  | '>='
  | '<='
  | 'and'
  | 'or'
  | 'unless';

export interface Binary {
  kind: 'binary';
  operator: BinaryOperator;
  /** `bool`: the comparison returns 0 or 1 instead of filtering. */
  bool: boolean;
  matching: Matching;
  left: Expression;
  right: Expression;
}

export interface Aggregate {
  kind: 'aggregate';
  operator: string;
  grouping: Grouping;
  parameter?: Expression;
  of: Expression;
}

export interface Call {
  kind: 'call';
  name: string;
  args: readonly Expression[];
}

/** The evaluated subset of PromQL. */
export type Expression =
  | { kind: 'number'; value: number }
  | { kind: 'string'; value: string }
  | { kind: 'negative'; of: Expression }
  | { kind: 'subquery'; of: Expression; rangeMs: number; stepMs: number; offsetMs: number }
  | Selector
  | Call
  | Aggregate
  | Binary;

/** The query is invalid or not supported. */
export class PromqlError extends Error {
  override name = 'PromqlError';
}
