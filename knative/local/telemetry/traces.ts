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
  bytes: number;
}

const spansPerTrace = 2_000;

/** Spans by trace within a budget of bytes; evicts the oldest trace first. */
export class TraceStore {
  /** Spans dropped because their trace had too many. */
  dropped = 0;
  #traces = new Map<string, Trace>();
  #bytes = 0;
  #budget: number;

  constructor(budgetBytes = 12 * 1024 * 1024) {
    this.#budget = budgetBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(span: SpanRecord): void {
    let trace = this.#traces.get(span.traceId);
    if (!trace) this.#traces.set(span.traceId, (trace = { spans: [], bytes: 0 }));
    if (trace.spans.length >= spansPerTrace) {
      this.dropped++;
      return;
    }
    const bytes = sizeOf(span);
    trace.spans.push(span);
    trace.bytes += bytes;
    this.#bytes += bytes;
    this.#evict();
  }

  /** The spans of a trace in order of their start; empty when it is not known (any more). */
  get(traceId: string): SpanRecord[] {
    return [...(this.#traces.get(traceId)?.spans ?? [])].sort((a, b) => a.startMs - b.startMs);
  }

  /** Newest first; a step for each trace that is looked at. */
  *search(query: TraceQuery = {}): Generator<void, TraceSummary[]> {
    const found: TraceSummary[] = [];
    const limit = query.limit ?? 20;
    for (const [traceId, { spans }] of [...this.#traces].reverse()) {
      if (found.length >= limit) break;
      yield;
      const summary = summarise(traceId, spans);
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
    for (const [id, trace] of this.#traces) {
      if (this.#bytes <= this.#budget) return;
      this.#traces.delete(id);
      this.#bytes -= trace.bytes;
    }
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

function summarise(traceId: string, spans: readonly SpanRecord[]): TraceSummary {
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
    errors: spans.filter((span) => span.error).length,
    services: [...new Set(spans.map((span) => span.service))],
  };
}

/** The root is the span without a parent, else one whose parent is missing. */
const rank = (span: SpanRecord, ids: ReadonlySet<string>) =>
  span.parentId === undefined ? 0 : ids.has(span.parentId) ? 2 : 1;

/** Approximate memory of a span in V8, bytes. */
function sizeOf(span: SpanRecord): number {
  let bytes = 320 + span.name.length;
  for (const name in span.attributes) bytes += 24 + String(span.attributes[name]).length;
  for (const { name, attributes } of span.events ?? []) {
    bytes += 120 + name.length;
    for (const key in attributes) bytes += 48 + String(attributes[key]).length;
  }
  return bytes + (span.links?.length ?? 0) * 160;
}
