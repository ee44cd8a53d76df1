import type { FailureKind } from '../failure.ts';
import type { Value } from '../value.ts';

/** A case of the specification's conformance kit: the event is `event`, or any valid one with `overrides`. */
export interface Case {
  name: string;
  expression: string;
  result?: Value;
  /** None is expected unless there is one. */
  error?: FailureKind | 'parse';
  event?: Readonly<Record<string, Value>>;
  overrides?: Readonly<Record<string, Value>>;
}
