import { type LogLine, type LogQuery, LogStore } from './logs.ts';
import { type Measured, MetricStore } from './metric-store.ts';
import { inTurns } from './query/turns.ts';
import { RequestCounts } from './request-counts.ts';
import { type SpanRecord, type TraceQuery, TraceStore, type TraceSummary } from './traces.ts';

export type { LogLine } from './logs.ts';
export type { SpanRecord } from './traces.ts';

/** Origin of telemetry: this process, or a program that sent it by OTLP. */
export type Maker = 'platform' | 'received';

/** Callbacks for everything that is added. */
export interface TelemetryListener {
  span(span: SpanRecord, maker: Maker): void;
  log(line: LogLine, maker: Maker): void;
  measured?(measured: Measured, maker: Maker): void;
}

/** Telemetry of the platform and its functions, in memory and bounded. */
export class Telemetry {
  readonly traces: TraceStore;
  readonly logs: LogStore;
  readonly metrics: MetricStore;
  /** What the platform's own listeners have answered. */
  readonly requests = new RequestCounts();
  #listeners: TelemetryListener[] = [];
  /** Items received before older telemetry was read: stores need them in order. */
  #held: (() => void)[] | undefined;

  constructor(options: { traceBytes?: number; logBytes?: number; metricBytes?: number } = {}) {
    this.traces = new TraceStore(options.traceBytes);
    this.logs = new LogStore(options.logBytes);
    this.metrics = new MetricStore(options.metricBytes === undefined ? {} : { bytes: options.metricBytes });
  }

  /** Buffers new items until `release`. */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    for (const add of this.#held ?? []) add();
    this.#held = undefined;
  }

  #add(add: () => void): void {
    if (this.#held) this.#held.push(add);
    else add();
  }

  listen(listener: TelemetryListener): void {
    this.#listeners.push(listener);
  }

  addSpan(span: SpanRecord, maker: Maker = 'platform'): void {
    this.#add(() => this.traces.add(span));
    for (const listener of this.#listeners) listener.span(span, maker);
  }

  addLog(line: LogLine, maker: Maker = 'platform'): void {
    this.#add(() => this.logs.add(line));
    for (const listener of this.#listeners) listener.log(line, maker);
  }

  addMeasured(measured: Measured, maker: Maker = 'platform'): void {
    this.#add(() => this.metrics.add(measured));
    for (const listener of this.#listeners) listener.measured?.(measured, maker);
  }

  /** The spans of a trace by start; empty when the trace is unknown. */
  trace(id: string): SpanRecord[] {
    return this.traces.get(id);
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
