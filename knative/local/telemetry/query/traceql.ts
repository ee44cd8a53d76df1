import { type AttributeValue, attribute, type SpanRecord, type TraceSummary } from '../traces.ts';

/** Whether a span is one of those that a query looks for. */
export type SpanTest = (span: SpanRecord, trace: TraceSummary) => boolean;

/** A query that is not understood. */
export class TempoQueryError extends Error {
  override name = 'TempoQueryError';
}

const token = /\s*(&&|\|\||=~|!~|!=|>=|<=|[=<>(){}]|"(?:[^"\\]|\\.)*"|`[^`]*`|[\w.:/$µ-]+)/y;
const comparators = new Set(['=', '!=', '>', '>=', '<', '<=', '=~', '!~']);

/**
 * TraceQL of one spanset: `{ kind = server && (status = error || duration > 100ms) }`; a span has to fulfil all of it.
 * @throws TempoQueryError
 */
export function spanTest(query: string): SpanTest {
  const tokens = tokensOf(query);
  let at = 0;
  const next = (): string => tokens[at++] ?? '';
  const expect = (wanted: string): void => {
    const found = next();
    if (found !== wanted)
      throw new TempoQueryError(`${query}: ${found || 'the end'} is not understood where ${wanted} could be`);
  };
  const either = (): SpanTest => {
    let test = both();
    while (tokens[at] === '||') {
      at++;
      const [left, right] = [test, both()];
      test = (span, trace) => left(span, trace) || right(span, trace);
    }
    return test;
  };
  const both = (): SpanTest => {
    let test = one();
    while (tokens[at] === '&&') {
      at++;
      const [left, right] = [test, one()];
      test = (span, trace) => left(span, trace) && right(span, trace);
    }
    return test;
  };
  const one = (): SpanTest => {
    if (tokens[at] !== '(') return comparison(next(), next(), next(), query);
    at++;
    const inner = either();
    expect(')');
    return inner;
  };
  expect('{');
  const test = tokens[at] === '}' ? () => true : either();
  expect('}');
  if (at < tokens.length)
    throw new TempoQueryError(`${query}: ${tokens.slice(at).join(' ')} is not understood: one { … } is`);
  return test;
}

function tokensOf(query: string): string[] {
  const tokens: string[] = [];
  const text = query.trimEnd();
  for (token.lastIndex = 0; token.lastIndex < text.length; ) {
    const from = token.lastIndex;
    const found = token.exec(text)?.[1];
    if (found === undefined) throw new TempoQueryError(`query ${query} is not understood at character ${from + 1}`);
    tokens.push(found);
  }
  return tokens;
}

function comparison(name: string, operator: string, raw: string, query: string): SpanTest {
  if (!comparators.has(operator) || raw === '' || /^["`(){}=<>]/.test(name))
    throw new TempoQueryError(`${query}: ${[name, operator, raw].join(' ').trim()} is no comparison`);
  const value = readValue(raw);
  const fits = fitting(operator, value);
  const field = fieldOf(name);
  return (span, trace) => {
    const found = field(span, trace);
    return found !== undefined && fits(found);
  };
}

const intrinsics: Readonly<Record<string, (span: SpanRecord, trace: TraceSummary) => AttributeValue>> = {
  duration: ({ durationMs }) => durationMs,
  traceDuration: (_, { durationMs }) => durationMs,
  name: ({ name }) => name,
  kind: ({ kind }) => kind,
  status: ({ error }) => (error ? 'error' : 'unset'),
  rootName: (_, { rootName }) => rootName,
  rootServiceName: (_, { rootService }) => rootService,
  rootService: (_, { rootService }) => rootService,
};

function fieldOf(name: string): (span: SpanRecord, trace: TraceSummary) => AttributeValue | undefined {
  const scoped = /^(span|trace):(\w+)$/.exec(name);
  const intrinsic =
    intrinsics[
      scoped ? (scoped[1] === 'trace' && scoped[2] === 'duration' ? 'traceDuration' : (scoped[2] as string)) : name
    ];
  if (intrinsic) return intrinsic;
  const bare = name.replace(/^(?:resource|span)?\./, '');
  return (span) => attribute(span, bare);
}

function readValue(raw: string): AttributeValue {
  if (raw.startsWith('"')) return JSON.parse(raw) as string;
  if (raw.startsWith('`')) return raw.slice(1, -1);
  if (raw === 'true' || raw === 'false') return raw === 'true';
  if (/^-?\d+(?:\.\d+)?$/.test(raw)) return Number(raw);
  return /^\d/.test(raw) ? durationMs(raw) : raw === 'ok' ? 'unset' : raw;
}

function fitting(operator: string, value: AttributeValue): (found: AttributeValue) => boolean {
  if (operator === '=~' || operator === '!~') {
    try {
      const expression = new RegExp(`^(?:${String(value)})$`);
      return (found) => expression.test(String(found)) === (operator === '=~');
    } catch {
      throw new TempoQueryError(`${String(value)} is no regular expression`);
    }
  }
  if (operator === '=' || operator === '!=') return (found) => (String(found) === String(value)) === (operator === '=');
  const number = Number(value);
  if (Number.isNaN(number)) throw new TempoQueryError(`${operator} compares numbers, not ${String(value)}`);
  const tests: Readonly<Record<string, (found: number) => boolean>> = {
    '>': (n) => n > number,
    '>=': (n) => n >= number,
    '<': (n) => n < number,
    '<=': (n) => n <= number,
  };
  return (found) => (tests[operator] as (found: number) => boolean)(Number(found));
}

const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** Go's durations: `1m30s`, `100ms`. @throws TempoQueryError */
export function durationMs(text: string): number {
  if (!/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(text))
    throw new TempoQueryError(`duration ${text} is not understood: 100ms or 1.5s is`);
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)].reduce(
    (sum, [, value, unit]) => sum + Number(value) * (units[unit as string] as number),
    0,
  );
}
