import { Senders } from './senders.ts';

export type SpanKind = 'server' | 'client' | 'producer' | 'consumer' | 'internal';
export type AttributeValue = string | number | boolean;
export type Attributes = Record<string, AttributeValue>;

export interface SpanEvent {
  name: string;
  timeMs: number;
  attributes: Attributes;
}

/** A finished span. Times are milliseconds since the epoch with fractions; ids are lower-case hexadecimal. */
export interface SpanRecord {
  traceId: string;
  spanId: string;
  parentId?: string;
  name: string;
  kind: SpanKind;
  service: string;
  startMs: number;
  durationMs: number;
  attributes: Attributes;
  error?: boolean;
  events?: SpanEvent[];
  links?: { traceId: string; spanId: string }[];
}

/** Search result for a trace. */
export interface TraceSummary {
  traceId: string;
  rootService: string;
  rootName: string;
  /** The request, when the trace began with one. */
  rootPath?: string;
  startMs: number;
  durationMs: number;
  spans: number;
  /** Spans that came and were not kept, because the trace had too many. */
  dropped: number;
  errors: number;
  services: readonly string[];
}

export interface TraceQuery {
  /** Attributes that one span must all have; `service.name`, `name`, `status` and `kind` are known besides its own. */
  tags?: Readonly<Record<string, string>>;
  /** Further condition on a span. */
  test?: (span: SpanRecord, trace: TraceSummary) => boolean;
  minDurationMs?: number;
  maxDurationMs?: number;
  fromMs?: number;
  toMs?: number;
  /** Default: 20. */
  limit?: number;
}

interface Trace {
  spans: SpanRecord[];
  /** Of its spans. */
  ids: Set<string>;
  bytes: number;
  dropped: number;
  /** Who sent its first span. */
  sender: string;
}

/** Spans of one trace; further ones are refused, and counted. */
export const maxSpansPerTrace = 2_000;

/**
 * Spans by trace within a budget of bytes. When it is used up the oldest trace goes; of a sender that holds more than half of it, that
 * sender's oldest.
 */
export class TraceStore {
  readonly #traces = new Map<string, Trace>();
  readonly #senders = new Senders();
  /** Ids of the traces that a sender began, oldest first. */
  readonly #ids = new Map<string, Set<string>>();
  #bytes = 0;
  readonly #budget: number;
  readonly #evicted: (sender: string, spans: number) => void;

  /** @param evicted is told whose spans gave way to others of the same sender */
  constructor(budgetBytes = 12 * 1024 * 1024, evicted: (sender: string, spans: number) => void = () => {}) {
    this.#budget = budgetBytes;
    this.#evicted = evicted;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * A span that came before is kept once: who got no answer sends it again.
   * @returns `trace` when it has too many spans already
   */
  add(span: SpanRecord): 'trace' | undefined {
    const trace = this.#traces.get(span.traceId) ?? this.#begin(span);
    if (trace.ids.has(span.spanId)) return undefined;
    if (trace.spans.length >= maxSpansPerTrace) {
      trace.dropped++;
      return 'trace';
    }
    const bytes = sizeOf(span);
    trace.spans.push(span);
    trace.ids.add(span.spanId);
    this.#grow(trace, bytes);
    this.#evict();
    return undefined;
  }

  #begin({ traceId, service }: SpanRecord): Trace {
    const sender = this.#senders.nameOf(service);
    const trace = { spans: [], ids: new Set<string>(), bytes: 0, dropped: 0, sender };
    this.#traces.set(traceId, trace);
    const ids = this.#ids.get(sender) ?? new Set();
    this.#ids.set(sender, ids.add(traceId));
    return trace;
  }

  #grow(trace: Trace, bytes: number): void {
    trace.bytes += bytes;
    this.#bytes += bytes;
    this.#senders.add(trace.sender, bytes);
  }

  /** Spans of a trace that were not kept. */
  droppedOf(traceId: string): number {
    return this.#traces.get(traceId)?.dropped ?? 0;
  }

  /** The spans of a trace in order of their start; empty when it is not known (any more). */
  get(traceId: string): SpanRecord[] {
    return [...(this.#traces.get(traceId)?.spans ?? [])].sort((a, b) => a.startMs - b.startMs);
  }

  /** Newest first; a step for each trace that is looked at. */
  *search(query: TraceQuery = {}): Generator<void, TraceSummary[]> {
    const found: TraceSummary[] = [];
    const limit = query.limit ?? 20;
    for (const [traceId, { spans, dropped }] of [...this.#traces].reverse()) {
      if (found.length >= limit) break;
      yield;
      const summary = summarise(traceId, spans, dropped);
      if (fits(summary, spans, query)) found.push(summary);
    }
    return found.sort((a, b) => b.startMs - a.startMs);
  }

  /** Attribute names of the stored spans. */
  tags(): string[] {
    const names = new Set(['service.name', 'name', 'status', 'kind']);
    for (const { spans } of this.#traces.values())
      for (const span of spans) for (const name of Object.keys(span.attributes)) names.add(name);
    return [...names].sort();
  }

  tagValues(tag: string, maxValues = 200): string[] {
    const values = new Set<string>();
    for (const { spans } of this.#traces.values())
      for (const span of spans) {
        const value = attribute(span, tag);
        if (value !== undefined && values.size < maxValues) values.add(String(value));
      }
    return [...values].sort();
  }

  #evict(): void {
    while (this.#bytes > this.#budget) {
      const greedy = this.#senders.holding(this.#budget / 2);
      const id = (greedy === undefined ? this.#traces : (this.#ids.get(greedy) as Set<string>)).keys().next();
      if (id.done) return;
      const spans = this.#drop(id.value);
      if (greedy !== undefined) this.#evicted(greedy, spans);
    }
  }

  #drop(id: string): number {
    const trace = this.#traces.get(id) as Trace;
    this.#traces.delete(id);
    const ids = this.#ids.get(trace.sender);
    ids?.delete(id);
    if (ids?.size === 0) this.#ids.delete(trace.sender);
    this.#grow(trace, -trace.bytes);
    return trace.spans.length;
  }
}

function fits(summary: TraceSummary, spans: readonly SpanRecord[], query: TraceQuery): boolean {
  if (
    summary.durationMs < (query.minDurationMs ?? 0) ||
    summary.durationMs > (query.maxDurationMs ?? Number.POSITIVE_INFINITY)
  )
    return false;
  if (
    summary.startMs + summary.durationMs < (query.fromMs ?? 0) ||
    summary.startMs > (query.toMs ?? Number.POSITIVE_INFINITY)
  )
    return false;
  const tags = Object.entries(query.tags ?? {});
  const { test = () => true } = query;
  if (tags.length === 0 && !query.test) return true;
  return spans.some(
    (span) => tags.every(([name, value]) => String(attribute(span, name) ?? '') === value) && test(span, summary),
  );
}

export function attribute(span: SpanRecord, name: string): AttributeValue | undefined {
  if (name === 'service.name') return span.service;
  if (name === 'name') return span.name;
  if (name === 'kind') return span.kind;
  if (name === 'status') return span.error ? 'error' : 'ok';
  return Object.hasOwn(span.attributes, name) ? span.attributes[name] : undefined;
}

function summarise(traceId: string, spans: readonly SpanRecord[], dropped: number): TraceSummary {
  const ids = new Set(spans.map((span) => span.spanId));
  const root = spans.reduce((first, span) =>
    rank(span, ids) < rank(first, ids) || (rank(span, ids) === rank(first, ids) && span.startMs < first.startMs)
      ? span
      : first,
  );
  const startMs = Math.min(...spans.map((span) => span.startMs));
  const endMs = Math.max(...spans.map((span) => span.startMs + span.durationMs));
  return {
    traceId,
    rootService: root.service,
    rootName: root.name,
    ...(root.attributes['url.path'] !== undefined && { rootPath: String(root.attributes['url.path']) }),
    startMs,
    durationMs: endMs - startMs,
    spans: spans.length,
    dropped,
    errors: spans.filter((span) => span.error).length,
    services: [...new Set(spans.map((span) => span.service))],
  };
}

/** The root is the span without a parent, else one whose parent is missing. */
const rank = (span: SpanRecord, ids: ReadonlySet<string>) =>
  span.parentId === undefined ? 0 : ids.has(span.parentId) ? 2 : 1;

/** Approximate memory of a span in V8, bytes. */
function sizeOf(span: SpanRecord): number {
  let bytes = 400 + span.name.length;
  for (const name in span.attributes) bytes += 24 + String(span.attributes[name]).length;
  for (const { name, attributes } of span.events ?? []) {
    bytes += 120 + name.length;
    for (const key in attributes) bytes += 48 + String(attributes[key]).length;
  }
  return bytes + (span.links?.length ?? 0) * 160;
}
