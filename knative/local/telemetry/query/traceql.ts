import { parser } from '@grafana/lezer-traceql';
import type { SyntaxNode } from '@lezer/common';
import { type AttributeValue, attribute, type SpanRecord, type TraceSummary } from '../traces.ts';
import { type Pattern, patternOf } from './pattern.ts';
import { TempoQueryError } from './tempo-query-error.ts';
import { durationMs, readLiteral, unquoted } from './traceql-literals.ts';

/** Longest query, in characters, and deepest nesting of its syntax. */
const maxCharacters = 4_000;
const maxDepth = 200;

/** Whether a span is one of those that a query looks for. */
export type SpanTest = (span: SpanRecord, trace: TraceSummary) => boolean;

type Field = (span: SpanRecord, trace: TraceSummary) => AttributeValue | undefined;

/**
 * TraceQL of one spanset: `{ kind = server && (status = error || duration > 100ms) }`; a span has to fulfil all of it.
 * @throws TempoQueryError
 */
export function spanTest(query: string): SpanTest {
  if (query.length > maxCharacters) throw new TempoQueryError(`a query may have ${maxCharacters} characters`);
  const text = forGrammar(query);
  const tree = parser.parse(text);
  let depth = 0;
  tree.iterate({
    enter({ type, from }) {
      if (++depth > maxDepth) throw new TempoQueryError(`a query may be nested ${maxDepth} deep`);
      if (type.isError) throw new TempoQueryError(`query ${text} is not understood at character ${from + 1}`);
    },
    leave: () => void depth--,
  });
  let node: SyntaxNode = tree.topNode;
  for (const name of ['SpansetPipelineExpression', 'SpansetPipeline', 'SpansetFilter']) {
    const [only, ...more] = childrenOf(node);
    if (only?.name !== name || more.length > 0) throw new TempoQueryError(`${query} is not understood: one { … } is`);
    node = only;
  }
  const [condition] = childrenOf(node);
  return condition ? readCondition(condition, text) : () => true;
}

/**
 * The grammar knows durations of one unit only, and lets a minus take everything after it, `&&` included: `1m30s` is
 * written as nanoseconds, `-5` in parentheses.
 */
const forGrammar = (query: string): string =>
  query.replace(
    /"(?:[^"\\]|\\.)*"|`[^`]*`|([=<>]\s*)(-[\d.]+)|(?<![\w.])(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h)){2,}(?!\w)/g,
    (found, operator?: string, negative?: string) => {
      if (negative !== undefined) return `${operator}(${negative})`;
      return /^\d/.test(found) ? `${Math.round(durationMs(found) * 1e6)}ns` : found;
    },
  );

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) if (!child.type.isSkipped) children.push(child);
  return children;
}

const textOf = ({ from, to }: SyntaxNode, query: string): string => query.slice(from, to);

function readCondition(node: SyntaxNode, query: string): SpanTest {
  const [left, operator, right] = childrenOf(node);
  if (left && !operator && textOf(node, query).startsWith('(')) return readCondition(left, query);
  if (!left || !operator || !right) throw notComparison(node, query);
  if (operator.name === 'FieldOp') return readComparison(left, textOf(operator, query), right, query);
  const [first, second] = [readCondition(left, query), readCondition(right, query)];
  return operator.name === 'And'
    ? (span, trace) => first(span, trace) && second(span, trace)
    : (span, trace) => first(span, trace) || second(span, trace);
}

function readComparison(left: SyntaxNode, operator: string, right: SyntaxNode, query: string): SpanTest {
  const field = readField(left, query);
  const fits = comparison(operator, readLiteral(literalText(right, query)));
  return (span, trace) => {
    const found = field(span, trace);
    return found !== undefined && fits(found);
  };
}

function literalText(node: SyntaxNode, query: string): string {
  const [inside, more] = childrenOf(node);
  if (more) throw notComparison(node, query);
  if (inside?.name === 'Static' && inside.firstChild?.name !== 'TemplateVariable') {
    const [minus, literal] = [query.slice(node.from, inside.from).trim(), textOf(inside, query)];
    if (minus === '' || (minus === '-' && /^\d+(?:\.\d+)?$/.test(literal))) return minus + literal;
  }
  if (inside?.name !== 'FieldExpression') throw notComparison(node, query);
  return (textOf(node, query).startsWith('-') ? '-' : '') + literalText(inside, query);
}

const intrinsics: Readonly<Record<string, Field>> = {
  duration: ({ durationMs }) => durationMs,
  name: ({ name }) => name,
  kind: ({ kind }) => kind,
  status: ({ error }) => (error ? 'error' : 'unset'),
  traceDuration: (_, { durationMs }) => durationMs,
  rootName: (_, { rootName }) => rootName,
  rootServiceName: (_, { rootService }) => rootService,
};
const scoped: Readonly<Record<string, string>> = {
  'span:duration': 'duration',
  'span:name': 'name',
  'span:kind': 'kind',
  'span:status': 'status',
  'trace:duration': 'traceDuration',
  'trace:rootName': 'rootName',
  'trace:rootService': 'rootServiceName',
};

function readField(node: SyntaxNode, query: string): Field {
  const [inside] = childrenOf(node);
  const text = textOf(node, query);
  if (inside?.name === 'IntrinsicField') {
    const intrinsic = intrinsics[scoped[text] ?? text];
    if (intrinsic) return intrinsic;
    throw new TempoQueryError(`${query}: ${text} is not known here`);
  }
  const [, quoted, plain] = /^(?:resource|span)?\.(?:("(?:[^"\\]|\\.)*")|([^"]+))$/.exec(text) ?? [];
  const name = quoted === undefined ? plain : unquoted(quoted);
  if (inside?.name !== 'AttributeField' || name === undefined) throw notComparison(node.parent ?? node, query);
  return (span) => attribute(span, name);
}

const notComparison = (node: SyntaxNode, query: string) =>
  new TempoQueryError(`${query}: ${textOf(node, query)} is no comparison of a field with a value`);

const orders: Readonly<Record<string, (found: number, wanted: number) => boolean>> = {
  '>': (found, wanted) => found > wanted,
  '>=': (found, wanted) => found >= wanted,
  '<': (found, wanted) => found < wanted,
  '<=': (found, wanted) => found <= wanted,
};

function comparison(operator: string, value: AttributeValue): (found: AttributeValue) => boolean {
  if (operator === '=' || operator === '!=') return (found) => (String(found) === String(value)) === (operator === '=');
  if (operator === '=~' || operator === '!~') {
    const expression = regularExpression(String(value));
    return (found) => expression.matches(String(found)) === (operator === '=~');
  }
  const [order, number] = [orders[operator], Number(value)];
  if (!order) throw new TempoQueryError(`${operator} is no comparison`);
  if (Number.isNaN(number)) throw new TempoQueryError(`${operator} compares numbers, not ${String(value)}`);
  return (found) => order(Number(found), number);
}

function regularExpression(text: string): Pattern {
  try {
    return patternOf(text);
  } catch (error) {
    throw new TempoQueryError((error as Error).message);
  }
}
