import { metrics } from '@dormouse/signals/metrics';
import { type Context, context, SpanKind, trace } from '@opentelemetry/api';
import { measure, measuring } from './measure.ts';
import { failed, isSampledTrace, nowMs, spanError, tracer } from './trace.ts';

export interface Interception {
  /** Called before every statement; may throw. */
  before?: () => void;
  /** Given every statement before it is sent, and every fragment. */
  follow?: (statement: object) => unknown;
  [member: string]: unknown;
}

interface Running {
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
  statement?: { string?: string } | null;
}

/**
 * The same client, whose statements are measured, and become spans of a sampled trace. Members of `own` stand before the client's.
 */
export function traced<T extends object>(sql: T, own: Interception = {}): T {
  return new Proxy(sql, {
    apply(target, self, args) {
      const isStatement = Array.isArray(args[0]) && 'raw' in args[0];
      if (isStatement) own.before?.();
      const query = Reflect.apply(target as (...all: unknown[]) => Running, self, args);
      if (!isStatement) return query;
      const within = context.active();
      if (measuring() || isSampledTrace(trace.getSpanContext(within))) watch(query, within);
      own.follow?.(query);
      return query;
    },
    get: (target, name) =>
      typeof name === 'string' && Object.hasOwn(own, name) ? own[name] : Reflect.get(target, name),
  });
}

/** Measures the statement when it is answered, and records its span. A fragment of another statement never is. */
function watch(query: Running, within: Context): void {
  const { resolve, reject } = query;
  const startMs = nowMs();
  const parent = trace.getSpanContext(within);
  const finish = (error?: unknown) => {
    const text = query.statement?.string ?? '';
    const name = summaryOf(text);
    const endMs = nowMs();
    const failure = error === undefined ? undefined : spanError(error);
    const attributes = { 'db.system.name': 'postgresql', 'db.query.summary': name } as const;
    measure(
      metrics.sqlDuration,
      (endMs - startMs) / 1000,
      failure ? { ...attributes, 'error.type': failure.type } : attributes,
      within,
    );
    if (!isSampledTrace(parent)) return;
    const all = { ...attributes, 'db.query.text': text.trim().slice(0, 2000) };
    const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, startTime: startMs, attributes: all }, within);
    if (failure) failed(span, error);
    span.end(endMs);
  };
  query.resolve = (value) => {
    finish();
    resolve(value);
  };
  query.reject = (error) => {
    finish(error);
    reject(error);
  };
}

const summaries = new Map<string, string>();
/** Texts are few, unless one holds a list of varying length. */
const maxSummaries = 500;

function summaryOf(text: string): string {
  let found = summaries.get(text);
  if (found !== undefined) return found;
  if (summaries.size >= maxSummaries) summaries.clear();
  summaries.set(text, (found = summary(text)));
  return found;
}

/** `SELECT posts`: the first verb and table, of low cardinality. */
function summary(text: string): string {
  const first = /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? 'SQL';
  const operation =
    first === 'WITH' ? (/\b(?:SELECT|INSERT|UPDATE|DELETE)\b/i.exec(text)?.[0].toUpperCase() ?? first) : first;
  const table = /\b(?:FROM|INTO|UPDATE)\s+([\w."]+)/i.exec(text)?.[1];
  return table ? `${operation} ${table}` : operation;
}
