import { childOf, currentTrace, nowMs, recordSpan, spanError, type TraceContext } from './trace.ts';

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
 * The same client, whose statements become spans of a sampled trace. Members of `own` stand before the client's.
 * Outside a sampled trace it costs one look at the running context.
 */
export function traced<T extends object>(sql: T, own: Interception = {}): T {
  return new Proxy(sql, {
    apply(target, self, args) {
      const isStatement = Array.isArray(args[0]) && 'raw' in args[0];
      if (isStatement) own.before?.();
      const query = Reflect.apply(target as (...all: unknown[]) => Running, self, args);
      if (!isStatement) return query;
      const context = currentTrace();
      if (context?.sampled) watch(query, context);
      own.follow?.(query);
      return query;
    },
    get: (target, name) => (typeof name === 'string' && Object.hasOwn(own, name) ? own[name] : Reflect.get(target, name)),
  });
}

/** Records a span when the statement is answered. A fragment of another statement never is. */
function watch(query: Running, parent: TraceContext): void {
  const { resolve, reject } = query;
  const startMs = nowMs();
  const finish = (error?: unknown) => {
    const text = query.statement?.string ?? '';
    const name = summary(text);
    recordSpan({
      ...childOf(parent),
      parentId: parent.spanId,
      name,
      kind: 'client',
      startMs,
      endMs: nowMs(),
      attributes: { 'db.system.name': 'postgresql', 'db.query.summary': name, 'db.query.text': text.trim().slice(0, 2000) },
      error: error === undefined ? undefined : spanError(error),
    });
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

/** `SELECT posts`: what is done to which table first, low in number. */
function summary(text: string): string {
  const operation = /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? 'SQL';
  const table = /\b(?:FROM|INTO|UPDATE)\s+([\w."]+)/i.exec(text)?.[1];
  return table ? `${operation} ${table}` : operation;
}
