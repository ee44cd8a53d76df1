import type { Config } from './config.ts';
import type { Exporter } from './exporter.ts';
import { type Measure, onMeasure, readStates } from './measure.ts';
import { metrics } from './metrics.ts';
import { onSpan, type Span } from './trace.ts';

export interface OpenTelemetry {
  /** Prometheus' text; absent unless it was asked for. */
  scrape: (() => Promise<string>) | undefined;
  /** Measures every state for the last time, while what it is read from is still there. */
  lastLook(): Promise<void>;
  /** Sends what is left. */
  close(): Promise<void>;
}

export interface TelemetryOptions {
  load?: () => Promise<Exporter>;
  /** Pauses between the attempts to send what is left at the end, in milliseconds. */
  pausesMs?: readonly number[];
}

const spansMs = 500;
/** Spans that wait; the oldest of more are dropped. */
const maxSpans = 4096;
/** Spans of one request (OTEL_BSP_MAX_EXPORT_BATCH_SIZE's default). */
const batch = 512;
const maxMeasures = 10_000;

/**
 * Buffers spans and measures, and hands them to an exporter that is loaded half a second after the first of them, off the
 * request's path. A collector that is away costs telemetry, never a request: spans that it may take later wait, within bounds.
 */
export function openTelemetry(config: Config, { load = () => loadExporter(config), pausesMs = [100, 300, 900] }: TelemetryOptions = {}): OpenTelemetry {
  const { tracesTo, metrics: mode, intervalMs } = config.telemetry;
  const spans: Span[] = [];
  let measures: Measure[] = [];
  let loading: Promise<Exporter> | undefined;
  let exporter: Exporter | undefined;
  let timer: NodeJS.Timeout | undefined;
  let pushing: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  /** Measures that came before there was anything to give them to. */
  let lost = 0;

  const loaded = (): Promise<Exporter> =>
    (loading ??= load().then((made) => {
      if (mode === 'otlp') pushing = setInterval(() => void run(push), intervalMs).unref();
      return (exporter = made);
    }));
  const drop = (signal: 'spans' | 'measures', count: number) =>
    exporter?.record({ metric: metrics.dropped, value: count, attributes: { 'dormouse.signal': signal }, atMs: Date.now() });
  const record = (to: Exporter) => {
    const taken = measures;
    measures = [];
    if (lost > 0) drop('measures', lost);
    lost = 0;
    for (const each of taken) to.record(each);
  };
  const send = async (to: Exporter): Promise<void> => {
    record(to);
    while (spans.length > 0) {
      const sent = spans.splice(0, batch);
      try {
        await to.spans(sent);
      } catch (error) {
        if (!(error as { again?: boolean }).again) drop('spans', sent.length);
        else spans.unshift(...sent);
        throw error;
      }
    }
  };
  const push = async (to: Exporter): Promise<void> => {
    await readStates(false);
    record(to);
    await to.push();
  };
  const run = (work: (to: Exporter) => Promise<void>): Promise<boolean> => {
    const done = running.then(loaded).then(work);
    running = done.catch(() => {});
    return done.then(
      () => true,
      () => false,
    );
  };
  const soon = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void run(send);
    }, spansMs).unref();
  };

  if (tracesTo)
    onSpan((span) => {
      spans.push(span);
      if (spans.length > maxSpans) drop('spans', spans.splice(0, spans.length - maxSpans).length);
      soon();
    });
  if (mode !== 'none')
    onMeasure((measure) => {
      if (measures.length < maxMeasures) measures.push(measure);
      else if (exporter) exporter.record(measure);
      else lost++;
      soon();
    });
  return {
    scrape:
      mode === 'prometheus'
        ? async () => {
            await run(push);
            return (await loaded()).scrape();
          }
        : undefined,
    async lastLook() {
      await readStates(true);
    },
    async close() {
      clearTimeout(timer);
      clearInterval(pushing);
      if (spans.length + measures.length > 0 || loading) {
        let left = [send, (to: Exporter) => to.push()];
        for (const pause of [...pausesMs, 0]) {
          const done = await Promise.all(left.map(run));
          left = left.filter((_, i) => !done[i]);
          if (left.length === 0) break;
          await new Promise((resolve) => setTimeout(resolve, pause));
        }
      }
      onSpan(undefined);
      onMeasure(undefined);
    },
  };
}

const loadExporter = async (config: Config): Promise<Exporter> => (await import('./exporter.ts')).openExporter(config);
