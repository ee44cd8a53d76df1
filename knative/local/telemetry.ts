import { type LogLine, type LogQuery, LogStore } from './logs.ts';
import { type SpanRecord, type TraceQuery, TraceStore, type TraceSummary } from './traces.ts';

export type { LogLine } from './logs.ts';
export type { SpanRecord } from './traces.ts';

/** What the platform remembers of its own and its functions' telemetry: bounded, in memory, lost with the process. */
export class Telemetry {
  readonly traces: TraceStore;
  readonly logs: LogStore;

  constructor(options: { traceBytes?: number; logBytes?: number } = {}) {
    this.traces = new TraceStore(options.traceBytes);
    this.logs = new LogStore(options.logBytes);
  }

  addSpan(span: SpanRecord): void {
    this.traces.add(span);
  }

  addLog(line: LogLine): void {
    this.logs.add(line);
  }

  /** The spans of a trace by their start; empty when it is not known. */
  trace(id: string): SpanRecord[] {
    return this.traces.get(id);
  }

  /** Newest first. */
  search(query?: TraceQuery): TraceSummary[] {
    return this.traces.search(query);
  }

  /** Log lines, oldest first. */
  logLines(query?: LogQuery): LogLine[] {
    return this.logs.search(query);
  }
}
