import type { Expression } from '../query/promql/expression.ts';

interface CommonRule {
  /** The alert's name, or the series' that is recorded. */
  name: string;
  /** PromQL, as it is written. */
  query: string;
  expression: Expression;
  labels: Readonly<Record<string, string>>;
}

export interface AlertingRule extends CommonRule {
  kind: 'alerting';
  forMs: number;
  keepFiringForMs: number;
  annotations: Readonly<Record<string, string>>;
}

export interface RecordingRule extends CommonRule {
  kind: 'recording';
}

export type Rule = AlertingRule | RecordingRule;

/** Rules that are evaluated together, one after the other. */
export interface RuleGroup {
  name: string;
  /** Where it is written. */
  file: string;
  intervalMs: number;
  /** Maximum alerts or series that one rule may give; 0 leaves it to the evaluator. */
  limit: number;
  rules: readonly Rule[];
}
