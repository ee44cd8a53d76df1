import type { Config } from './config.ts';
import { onSpan, type Span } from './trace.ts';

export interface RequestMeasure {
  method: string;
  route: string;
  status: number;
  seconds: number;
}

export interface OpenTelemetry {
  observe: ((request: RequestMeasure) => void) | undefined;
  scrape: (() => Promise<string>) | undefined;
  /** Sends what is left. */
  close(): Promise<void>;
}

const flushMs = 500;
const maxSpans = 2000;

/** Buffers spans and measures; the exporters are loaded after the first answer that has something to export. */
export function openTelemetry(config: Config): OpenTelemetry {
  let spans: Span[] = [];
  let timer: NodeJS.Timeout | undefined;
  let exporting: Promise<void> = Promise.resolve();
  const flush = () => {
    timer = undefined;
    const batch = spans;
    spans = [];
    if (batch.length > 0) exporting = exporting.then(async () => (await import('./export-spans.ts')).exportSpans(config, batch)).catch(() => {});
  };
  if (config.otlpEndpoint)
    onSpan((span) => {
      if (spans.length < maxSpans) spans.push(span);
      timer ??= setTimeout(flush, flushMs).unref();
    });
  return {
    observe: undefined,
    scrape: undefined,
    async close() {
      clearTimeout(timer);
      flush();
      await exporting;
    },
  };
}
