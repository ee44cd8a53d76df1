import type { Type, Value } from './value.ts';

export type Arithmetic = '*' | '/' | '%' | '+' | '-';
export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';
export type Logic = 'AND' | 'OR' | 'XOR';

/**
 * A parsed expression. `<>` has become `!=`, `NOT LIKE` and `NOT IN` a NOT around the operation, and parentheses the
 * tree's shape. `at` counts the characters before the operator, or before what has none.
 */
export type Expression = (
  | { kind: 'literal'; value: Value }
  | { kind: 'attribute'; name: string }
  | { kind: 'exists'; name: string }
  | { kind: 'call'; name: string; args: readonly Expression[] }
  | { kind: 'not'; operand: Expression }
  | { kind: 'minus'; operand: Expression }
  | { kind: 'like'; operand: Expression; pattern: string }
  | { kind: 'in'; operand: Expression; set: readonly Expression[] }
  | { kind: 'arithmetic'; operator: Arithmetic; left: Expression; right: Expression }
  | { kind: 'comparison'; operator: Comparison; left: Expression; right: Expression }
  | { kind: 'logic'; operator: Logic; left: Expression; right: Expression }
) & { readonly at: number };

export type Kind = Expression['kind'];
export type Node<K extends Kind> = Extract<Expression, { kind: K }>;

/** The operands of an expression, left to right. */
export function operandsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'call':
      return expression.args;
    case 'not':
    case 'minus':
    case 'like':
      return [expression.operand];
    case 'in':
      return [expression.operand, ...expression.set];
    case 'arithmetic':
    case 'comparison':
    case 'logic':
      return [expression.left, expression.right];
    default:
      return [];
  }
}

/** The attributes an expression names, each once, in the order of their first mention. */
export function attributesOf(expression: Expression): string[] {
  const names = new Set<string>();
  const visit = (each: Expression): void => {
    if (each.kind === 'attribute' || each.kind === 'exists') names.add(each.name);
    for (const operand of operandsOf(each)) visit(operand);
  };
  visit(expression);
  return [...names];
}

/** Result type of an operator; `undefined` when it depends on the event. */
export function operatorType({ kind }: Expression): Type | undefined {
  if (kind === 'minus' || kind === 'arithmetic') return 'Integer';
  return kind === 'literal' || kind === 'attribute' || kind === 'call' ? undefined : 'Boolean';
}
