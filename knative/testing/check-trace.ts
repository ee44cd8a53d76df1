import type { Attributes, SpanKind, SpanRecord } from '@dormouse/telemetry/traces';

export type { SpanRecord } from '@dormouse/telemetry/traces';

/** An expected span. Omitted fields match anything. */
export interface ExpectedSpan {
  name: string | RegExp;
  service?: string;
  kind?: SpanKind;
  attributes?: Attributes;
  /** Names of all its events, in order (`retry`, `given up`, …). */
  events?: readonly string[];
  error?: boolean;
  /** Names of the spans that it links to, in any trace. */
  links?: readonly string[];
  /** Number of such spans below the parent; default 1. */
  times?: number;
  /** Spans whose parent it is (of one of them, where there are several). */
  children?: readonly ExpectedSpan[];
}

export interface TraceExpectation {
  /** Ids of spans that others keep: of the client that began the trace. */
  outside?: readonly string[];
  /** The root spans, with their children. */
  roots?: readonly ExpectedSpan[];
}

/**
 * Everything that is wrong with the spans of one or several traces, each a sentence; at the end the traces as they are. Wrong are two
 * spans of one id, a span whose parent is not there (an orphan), two roots in a trace, a link into one of the traces that leads nowhere, and
 * what is expected and missing.
 *
 * @example expect(checkTrace(spans, { roots: [{ name: 'POST /orders', children: [{ name: 'send dev.example.order.placed.v1' }] }] })).toEqual([]);
 */
export function checkTrace(
  spans: readonly SpanRecord[],
  { outside = [], roots = [] }: TraceExpectation = {},
): string[] {
  const known = new Map(spans.map((span) => [keyOf(span), span]));
  const rootless = spans.filter(({ parentId }) => parentId === undefined || outside.includes(parentId));
  const problems = [
    ...twice(spans),
    ...spans
      .filter((span) => !rootless.includes(span) && !known.has(parentOf(span)))
      .map((span) => `orphan: ${titled(span)} has the parent ${span.parentId}, which is not there`),
    ...[...Map.groupBy(rootless, ({ traceId }) => traceId)]
      .filter(([, own]) => own.length > 1)
      .map(([traceId, own]) => `trace ${traceId} has ${own.length} roots: ${own.map(titled).join(', ')}`),
    ...spans.flatMap((span) => deadLinks(span, spans, known)),
    ...roots.flatMap((expected) => unmet(expected, rootless, { spans, known }, '')),
  ];
  return problems.length === 0 ? [] : [...problems, drawTrace(spans)];
}

/** Traces as indented lines, a span each. */
export function drawTrace(spans: readonly SpanRecord[]): string {
  const known = new Set(spans.map(keyOf));
  const below = (span: SpanRecord, indent: string): string[] => {
    const children = spans.filter(
      (each) => each !== span && each.parentId !== undefined && parentOf(each) === keyOf(span),
    );
    return [`${indent}${drawn(span)}`, ...children.sort(byStart).flatMap((each) => below(each, `${indent}  `))];
  };
  const tops = spans.filter((span) => span.parentId === undefined || !known.has(parentOf(span)));
  return tops
    .toSorted(byStart)
    .flatMap((span) => below(span, ''))
    .join('\n');
}

const keyOf = ({ traceId, spanId }: { traceId: string; spanId: string }) => `${traceId} ${spanId}`;
const parentOf = ({ traceId, parentId }: SpanRecord) => `${traceId} ${parentId}`;
const titled = ({ service, name }: SpanRecord) => `${service}: ${name}`;
const byStart = (a: SpanRecord, b: SpanRecord) => a.startMs - b.startMs;

function drawn(span: SpanRecord): string {
  const events = span.events?.length ? ` [${span.events.map(({ name }) => name).join(', ')}]` : '';
  const links = span.links?.length ? ` → ${span.links.map(({ spanId }) => spanId).join(', ')}` : '';
  return `${titled(span)} (${span.kind}, ${span.spanId})${span.error ? ' failed' : ''}${events}${links}`;
}

function twice(spans: readonly SpanRecord[]): string[] {
  return [...Map.groupBy(spans, keyOf).values()]
    .filter(({ length }) => length > 1)
    .map((same) => `one id for ${same.map(titled).join(' and ')}`);
}

function deadLinks(span: SpanRecord, spans: readonly SpanRecord[], known: ReadonlyMap<string, SpanRecord>): string[] {
  const dead = (span.links ?? []).filter(
    (link) => !known.has(keyOf(link)) && spans.some(({ traceId }) => traceId === link.traceId),
  );
  return dead.map(({ spanId }) => `${titled(span)} links to ${spanId}, which is not there`);
}

interface Traces {
  spans: readonly SpanRecord[];
  known: ReadonlyMap<string, SpanRecord>;
}

const childrenOf = (parents: readonly SpanRecord[], { spans }: Traces) =>
  spans.filter((span) => parents.some((parent) => span.parentId !== undefined && parentOf(span) === keyOf(parent)));

/** What is missing of an expected span and below it. Where too many are like it, those count whose children are as expected, too. */
function unmet(expected: ExpectedSpan, among: readonly SpanRecord[], traces: Traces, path: string): string[] {
  const { name, times = 1, children = [] } = expected;
  const where = `${path}${expected.service ? `${expected.service}: ` : ''}${name}`;
  const missingBelow = (parents: readonly SpanRecord[]) =>
    children.flatMap((child) => unmet(child, childrenOf(parents, traces), traces, `${where} › `));
  const named = among.filter((span) => isNamed(span, expected));
  const like = named.filter((span) => wrong(span, expected, traces.known).length === 0);
  const found = like.length > times ? like.filter((span) => missingBelow([span]).length === 0) : like;
  if (found.length === times) return missingBelow(found);
  const didYouMean = named.map((span) => wrong(span, expected, traces.known).join(', ')).filter(Boolean);
  return [`${found.length} instead of ${times}: ${where}${didYouMean.length > 0 ? ` (${didYouMean.join('; ')})` : ''}`];
}

const isNamed = (span: SpanRecord, { name, service }: ExpectedSpan) =>
  (typeof name === 'string' ? span.name === name : name.test(span.name)) &&
  (service === undefined || span.service === service);

/** Differences between an expected span and one of the same name. */
function wrong(
  span: SpanRecord,
  { kind, attributes = {}, events, error, links = [] }: ExpectedSpan,
  known: ReadonlyMap<string, SpanRecord>,
): string[] {
  const eventNames = (span.events ?? []).map(({ name }) => name).join(', ');
  const linked = (span.links ?? []).map((link) => known.get(keyOf(link))?.name);
  return [
    ...(kind !== undefined && span.kind !== kind ? [`kind ${span.kind}`] : []),
    ...Object.entries(attributes).flatMap(([name, value]) =>
      span.attributes[name] === value ? [] : [`${name} ${span.attributes[name]}`],
    ),
    ...(events !== undefined && eventNames !== events.join(', ') ? [`events ${eventNames || 'none'}`] : []),
    ...(error !== undefined && (span.error ?? false) !== error ? [span.error ? 'failed' : 'did not fail'] : []),
    ...links.filter((name) => !linked.includes(name)).map((name) => `no link to ${name}`),
  ];
}
