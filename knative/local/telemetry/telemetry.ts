import { type LogLine, type LogQuery, LogStore } from './logs.ts';
import { type Measured, MetricStore } from './metric-store.ts';
import { inTurns } from './query/turns.ts';
import { type Refusal, type RefusalCause, RefusedTelemetry, refusals, type Signal } from './refused-telemetry.ts';
import { RequestCounts } from './request-counts.ts';
import { scrubbedLine, scrubbedSpan } from './scrubbed.ts';
import { type SpanRecord, type TraceQuery, TraceStore, type TraceSummary } from './traces.ts';

export type { LogLine } from './logs.ts';
export type { SpanRecord } from './traces.ts';

/** Origin of telemetry: this process, or a program that sent it by OTLP. */
export type Maker = 'platform' | 'received';

/** Callbacks for everything that is added; `refused` when the store does not keep it. */
export interface TelemetryListener {
  span(span: SpanRecord, maker: Maker, refused?: RefusalCause): void;
  log(line: LogLine, maker: Maker): void;
  measured?(measured: Measured, maker: Maker, refused?: RefusalCause): void;
}

/** Telemetry of the platform and its functions, in memory and bounded. */
export class Telemetry {
  readonly traces: TraceStore;
  readonly logs: LogStore;
  readonly metrics: MetricStore;
  /** What the platform's own listeners have answered. */
  readonly requests = new RequestCounts();
  /** What was sent and not kept. */
  readonly refused = new RefusedTelemetry();
  readonly #now: () => number;
  #listeners: TelemetryListener[] = [];
  /** Items received before older telemetry was read: stores need them in order. */
  #held: (() => void)[] | undefined;

  constructor(options: { traceBytes?: number; logBytes?: number; metricBytes?: number; now?: () => number } = {}) {
    this.#now = options.now ?? Date.now;
    const gaveWay =
      (signal: Signal) =>
      (sender: string, count = 1) =>
        this.refuse({ signal, cause: 'space', sender }, count);
    this.traces = new TraceStore(options.traceBytes, gaveWay('traces'));
    this.logs = new LogStore(options.logBytes, gaveWay('logs'));
    this.metrics = new MetricStore({
      ...(options.metricBytes !== undefined && { bytes: options.metricBytes }),
      evicted: gaveWay('metrics'),
    });
  }

  /** Buffers new items until `release`. */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    for (const add of this.#held ?? []) add();
    this.#held = undefined;
  }

  #add<T>(add: () => T): T | undefined {
    if (!this.#held) return add();
    this.#held.push(add);
    return undefined;
  }

  /**
   * Counts what is not kept; a line of log says so the first time, and then every few minutes. What came out of order is not worth one:
   * of a state that several instances look at, the older look may come later.
   */
  refuse(refusal: Refusal, count: number): void {
    const nowMs = this.#now();
    if (count === 0 || !this.refused.add(refusal, count, nowMs)) return;
    const { signal, cause, sender } = refusal;
    if (cause === 'order') return;
    const message = `${signal} of ${sender.slice(0, 100)} are not kept: ${refusals[cause]}`;
    this.addLog({ timeMs: nowMs, service: 'platform', instance: '', level: 'warn', message });
  }

  #refuse(signal: Signal, cause: RefusalCause | undefined, sender: string): RefusalCause | undefined {
    if (cause) this.refuse({ signal, cause, sender }, 1);
    return cause;
  }

  listen(listener: TelemetryListener): void {
    this.#listeners.push(listener);
  }

  /** @returns why it is not kept, if it is not */
  addSpan(told: SpanRecord, maker: Maker = 'platform'): RefusalCause | undefined {
    const span = scrubbedSpan(told);
    const refused = this.#add(() => this.#refuse('traces', this.traces.add(span), span.service));
    for (const listener of this.#listeners) listener.span(span, maker, refused);
    return refused;
  }

  addLog(told: LogLine, maker: Maker = 'platform'): void {
    const line = scrubbedLine(told);
    this.#add(() => this.logs.add(line));
    for (const listener of this.#listeners) listener.log(line, maker);
  }

  /** @returns why it is not kept, if it is not */
  addMeasured(measured: Measured, maker: Maker = 'platform'): RefusalCause | undefined {
    const sender = measured.labels.service_name ?? '';
    const refused = this.#add(() => this.#refuse('metrics', this.metrics.add(measured), sender));
    for (const listener of this.#listeners) listener.measured?.(measured, maker, refused);
    return refused;
  }

  /** The spans of a trace by start; empty when the trace is unknown. */
  trace(id: string): SpanRecord[] {
    return this.traces.get(id);
  }

  /** Spans of a trace that came and were not kept. */
  droppedOf(id: string): number {
    return this.traces.droppedOf(id);
  }

  /** Newest first; rejects with a QueryTimeoutError when it takes too long. */
  search(query?: TraceQuery): Promise<TraceSummary[]> {
    return inTurns(this.traces.search(query));
  }

  /** Log lines, oldest first. */
  logLines(query?: LogQuery): LogLine[] {
    return this.logs.search(query);
  }
}
