import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import {
  type Aggregate,
  type Binary,
  type BinaryOperator,
  type Call,
  type Expression,
  type Matcher,
  type Matching,
  PromqlError,
  type Selector,
} from './expression.ts';
import { durationMs, readNumber, readString, stepMsOf } from './literals.ts';

/** Longest query, in characters; deepest nesting; most selections from the store. */
const maxQuery = { characters: 10_000, depth: 200, selectors: 100 };

/** Nodes of the syntax tree without a meaning of their own. @throws PromqlError */
export function parseQuery(query: string): Expression {
  const text = query.trim();
  if (text === '') throw new PromqlError('the query is empty');
  if (text.length > maxQuery.characters) throw new PromqlError(`a query may have ${maxQuery.characters} characters`);
  const tree = parser.parse(text);
  let [depth, selectors] = [0, 0];
  tree.iterate({
    enter({ type, from, to }) {
      if (++depth > maxQuery.depth) throw new PromqlError(`a query may be nested ${maxQuery.depth} deep`);
      if (type.name === 'VectorSelector' && ++selectors > maxQuery.selectors)
        throw new PromqlError(`a query may have ${maxQuery.selectors} selectors`);
      if (type.isError)
        throw new PromqlError(
          `not understood at character ${from + 1}: ${JSON.stringify(text.slice(from, Math.max(to, from + 20)))}`,
        );
    },
    leave: () => void depth--,
  });
  const top = tree.topNode.firstChild;
  if (!top) throw new PromqlError('the query is empty');
  return read(top, text);
}

const readers: Readonly<Record<string, (node: SyntaxNode, query: string) => Expression>> = {
  ParenExpr: (node, query) => read(expressionsIn(node)[0] as SyntaxNode, query),
  NumberDurationLiteral: (node, query) => ({ kind: 'number', value: readNumber(textOf(node, query)) }),
  StringLiteral: (node, query) => ({ kind: 'string', value: readString(textOf(node, query)) }),
  UnaryExpr: readUnary,
  VectorSelector: readSelector,
  MatrixSelector: readRange,
  SubqueryExpr: readSubquery,
  OffsetExpr: readOffset,
  FunctionCall: readCall,
  AggregateExpr: readAggregate,
  BinaryExpr: readOperator,
};

function read(node: SyntaxNode, query: string): Expression {
  const reader = readers[node.name];
  if (!reader)
    throw new PromqlError(
      `${textOf(node, query)}: ${node.name === 'StepInvariantExpr' ? 'the modifier @' : node.name} is not understood here`,
    );
  return reader(node, query);
}

const textOf = ({ from, to }: SyntaxNode, query: string): string => query.slice(from, to);

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child);
  return children;
}

const childOf = (node: SyntaxNode, name: string): SyntaxNode | undefined =>
  childrenOf(node).find((child) => child.name === name);
const isExpression = ({ name }: SyntaxNode): boolean =>
  name in readers || name === 'StepInvariantExpr' || name === 'AnchoredExpr' || name === 'SmoothedExpr';
const expressionsIn = (node: SyntaxNode): SyntaxNode[] => childrenOf(node).filter(isExpression);
const only = (node: SyntaxNode, query: string): Expression => read(expressionsIn(node)[0] as SyntaxNode, query);

function readUnary(node: SyntaxNode, query: string): Expression {
  const of = only(node, query);
  if (textOf(node, query).startsWith('+')) return of;
  return of.kind === 'number' ? { kind: 'number', value: -of.value } : { kind: 'negative', of };
}

function readSelector(node: SyntaxNode, query: string): Selector {
  const name = childOf(node, 'Identifier');
  const matchers = childrenOf(childOf(node, 'LabelMatchers') ?? node).flatMap((child) => readMatcher(child, query));
  if (name) matchers.unshift({ label: '__name__', operator: '=', value: textOf(name, query) });
  if (matchers.length === 0) throw new PromqlError('a selector needs a name or a matcher');
  return { kind: 'selector', matchers, offsetMs: 0 };
}

function readMatcher(node: SyntaxNode, query: string): Matcher[] {
  if (node.name === 'QuotedLabelName')
    return [{ label: '__name__', operator: '=', value: readString(textOf(node, query)) }];
  if (node.name !== 'UnquotedLabelMatcher' && node.name !== 'QuotedLabelMatcher') return [];
  const [label, operator, value] = childrenOf(node) as [SyntaxNode, SyntaxNode, SyntaxNode];
  const name = textOf(label, query);
  const matcher: Matcher = {
    label: label.name === 'QuotedLabelName' ? readString(name) : name,
    operator: textOf(operator, query) as Matcher['operator'],
    value: readString(textOf(value, query)),
  };
  return [matcher];
}

function readRange(node: SyntaxNode, query: string): Selector {
  const of = only(node, query);
  if (of.kind !== 'selector') throw new PromqlError(`${textOf(node, query)}: only a selector has a range`);
  return { ...of, rangeMs: durationMs(textOf(childOf(node, 'DurationExpr') as SyntaxNode, query)) };
}

function readSubquery(node: SyntaxNode, query: string): Expression {
  const [range, step] = childrenOf(node).filter(({ name }) => name === 'DurationExpr');
  const stepMs = step ? stepMsOf(textOf(step, query)) : 60_000;
  return {
    kind: 'subquery',
    of: only(node, query),
    rangeMs: durationMs(textOf(range as SyntaxNode, query)),
    stepMs,
    offsetMs: 0,
  };
}

function readOffset(node: SyntaxNode, query: string): Expression {
  const text = textOf(childOf(node, 'OffsetDurationExpr') as SyntaxNode, query).trim();
  const offsetMs = text.startsWith('-') ? -durationMs(text.slice(1)) : durationMs(text);
  const shifted = shift(only(node, query), expressionsIn(node)[0] as SyntaxNode, offsetMs);
  if (!shifted) throw new PromqlError(`${textOf(node, query)}: only a selector or a subquery has an offset`);
  return shifted;
}

/** The grammar takes `a + b offset 1m` for an offset of the sum; PromQL means one of `b`. */
function shift(of: Expression, node: SyntaxNode, offsetMs: number): Expression | undefined {
  if (of.kind === 'selector' || of.kind === 'subquery') return { ...of, offsetMs: of.offsetMs + offsetMs };
  const last = expressionsIn(node).at(-1) as SyntaxNode;
  if (of.kind === 'binary' && node.name === 'BinaryExpr') {
    const right = shift(of.right, last, offsetMs);
    return right && { ...of, right };
  }
  if (of.kind !== 'negative' || node.name !== 'UnaryExpr') return undefined;
  const inner = shift(of.of, last, offsetMs);
  return inner && { ...of, of: inner };
}

function readCall(node: SyntaxNode, query: string): Call {
  const name = textOf(childOf(node, 'FunctionIdentifier') as SyntaxNode, query);
  return {
    kind: 'call',
    name,
    args: expressionsIn(childOf(node, 'FunctionCallBody') as SyntaxNode).map((each) => read(each, query)),
  };
}

function readAggregate(node: SyntaxNode, query: string): Aggregate {
  const modifier = childOf(node, 'AggregateModifier');
  const args = expressionsIn(childOf(node, 'FunctionCallBody') as SyntaxNode).map((each) => read(each, query));
  const of = args.at(-1);
  if (!of || args.length > 2) throw new PromqlError(`${textOf(node, query)} has the wrong number of arguments`);
  return {
    kind: 'aggregate',
    operator: textOf(childOf(node, 'AggregateOp') as SyntaxNode, query).toLowerCase(),
    grouping: modifier
      ? { how: childOf(modifier, 'Without') ? 'without' : 'by', labels: labelsIn(modifier, query) }
      : { how: 'by', labels: [] },
    ...(args.length === 2 && { parameter: args[0] as Expression }),
    of,
  };
}

/** The labels in the first parentheses behind a modifier's word. */
function labelsIn(node: SyntaxNode | undefined, query: string): string[] {
  const grouping = node && (node.name === 'GroupingLabels' ? node : childOf(node, 'GroupingLabels'));
  if (!grouping) return [];
  return childrenOf(grouping)
    .filter(({ name }) => name === 'LabelName' || name === 'QuotedLabelName')
    .map((each) => (each.name === 'LabelName' ? textOf(each, query) : readString(textOf(each, query))));
}

/** The grammar takes `-2 ^ 2` for a power of -2; PromQL means the negative of a power. */
function readOperator(node: SyntaxNode, query: string): Expression {
  const binary = readBinary(node, query);
  const { left } = binary;
  if (
    binary.operator !== '^' ||
    left.kind !== 'number' ||
    node.firstChild?.name !== 'NumberDurationLiteral' ||
    !query.startsWith('-', node.from)
  )
    return binary;
  return { kind: 'negative', of: { ...binary, left: { kind: 'number', value: -left.value } } };
}

function readBinary(node: SyntaxNode, query: string): Binary {
  const [left, operator, ...rest] = childrenOf(node) as [SyntaxNode, SyntaxNode, ...SyntaxNode[]];
  const right = rest.at(-1) as SyntaxNode;
  const fill = rest.find(({ name }) => name.startsWith('Fill'));
  if (fill) throw new PromqlError(`${textOf(fill, query)} is not understood here`);
  return {
    kind: 'binary',
    operator: textOf(operator, query).toLowerCase() as BinaryOperator,
    bool: rest.some(({ name }) => name === 'BoolModifier'),
    matching: readMatching(
      rest.find(({ name }) => name === 'MatchingModifierClause'),
      query,
    ),
    left: read(left, query),
    right: read(right, query),
  };
}

function readMatching(clause: SyntaxNode | undefined, query: string): Matching {
  if (!clause) return { on: false, labels: [], include: [] };
  const groupings = childrenOf(clause).filter(({ name }) => name === 'GroupingLabels');
  const many = childOf(clause, 'GroupLeft') ? 'left' : childOf(clause, 'GroupRight') ? 'right' : undefined;
  return {
    on: childOf(clause, 'On') !== undefined,
    labels: labelsIn(groupings[0], query),
    ...(many && { many }),
    include: labelsIn(groupings[1], query),
  };
}
