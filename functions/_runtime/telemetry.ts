import type { Config } from './config.ts';
import type { Exporter } from './exporter.ts';
import { onSpan, type Span } from './trace.ts';

/** One answered request. */
export interface RequestMeasure {
  method: string;
  /** The pattern that answered, '' when none did. */
  route: string;
  status: number;
  seconds: number;
  /** The first request of this instance. */
  first: boolean;
}

export interface OpenTelemetry {
  /** Absent when nothing is measured. */
  observe: ((request: RequestMeasure) => void) | undefined;
  /** Prometheus' text; absent unless it was asked for. */
  scrape: (() => Promise<string>) | undefined;
  /** Sends what is left. */
  close(): Promise<void>;
}

const spansMs = 500;
const metricsMs = 10_000;
const maxSpans = 2000;
const maxMeasures = 10_000;

/**
 * Buffers spans and measures, and hands them to an exporter that is loaded half a second after the first of them, off the
 * request's path. A collector that is away costs telemetry, never a request; the buffer is bounded.
 */
export function openTelemetry(config: Config, load: () => Promise<Exporter> = () => loadExporter(config)): OpenTelemetry {
  let spans: Span[] = [];
  let measures: RequestMeasure[] = [];
  let exporter: Promise<Exporter> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let pushed = 0;
  let running: Promise<void> = Promise.resolve();

  const flush = async (everything: boolean): Promise<void> => {
    const batch = spans;
    const measured = measures;
    [spans, measures] = [[], []];
    if (batch.length + measured.length === 0 && !exporter) return;
    const to = await (exporter ??= load());
    for (const each of measured) to.measure(each);
    if (batch.length > 0) await to.spans(batch);
    if (everything || Date.now() - pushed >= metricsMs) {
      pushed = Date.now();
      await to.metrics();
    }
  };
  const run = (everything = false): Promise<void> => (running = running.then(() => flush(everything)).catch(() => {}));
  const soon = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void run();
    }, spansMs).unref();
  };
  if (config.otlpEndpoint)
    onSpan((span) => {
      if (spans.length < maxSpans) spans.push(span);
      soon();
    });
  const observe = (request: RequestMeasure) => {
    if (measures.length < maxMeasures) measures.push(request);
    soon();
  };
  const scrape = async () => {
    await run();
    return (await (exporter ??= load())).scrape();
  };
  return {
    observe: config.metrics === 'none' ? undefined : observe,
    scrape: config.metrics === 'prometheus' ? scrape : undefined,
    async close() {
      clearTimeout(timer);
      await run(true);
      onSpan(undefined);
    },
  };
}

const loadExporter = async (config: Config): Promise<Exporter> => (await import('./exporter.ts')).openExporter(config);
