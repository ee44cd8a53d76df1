import { metrics } from '@dormouse/signals/metrics';
import type { Config } from './config.ts';
import type { Exporter } from './exporter.ts';
import type { FinishedSpan } from './light-span.ts';
import { meterProvider, onMeasure, readStates } from './measure.ts';
import type { Scrape } from './metrics-server.ts';
import { tracerProvider } from './trace.ts';
import { waitingMeasures } from './waiting-measures.ts';
import { waitingSpans } from './waiting-spans.ts';

export interface OpenTelemetry {
  /** Answers with Prometheus' text; absent unless it was asked for. */
  scrape: Scrape | undefined;
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

const exportDelayMs = 500;

/**
 * Buffers spans and measures, and hands them to an exporter that is loaded half a second after the first of them, off the
 * request's path. A collector that is away costs telemetry, never a request: spans that it may take later wait, within bounds.
 */
export function openTelemetry(
  config: Config,
  { load = () => loadExporter(config), pausesMs = [100, 300, 900] }: TelemetryOptions = {},
): OpenTelemetry {
  const { tracesTo, metrics: mode, intervalMs, sampler } = config.telemetry;
  tracerProvider.sampler = sampler;
  let loading: Promise<Exporter> | undefined;
  let exporter: Exporter | undefined;
  let timer: NodeJS.Timeout | undefined;
  let pushing: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const dropped = (signal: 'spans' | 'measures') => (count: number) =>
    exporter?.record({
      metric: metrics.dropped,
      value: count,
      attributes: { 'dormouse.signal': signal },
      atMs: Date.now(),
    });
  const spans = waitingSpans(dropped('spans'));
  const measures = waitingMeasures(() => exporter, dropped('measures'));

  const loaded = (): Promise<Exporter> =>
    (loading ??= load().then(
      (made) => {
        if (mode === 'otlp') pushing = setInterval(() => void run(push), intervalMs).unref();
        return (exporter = made);
      },
      (error) => {
        loading = undefined; // the next span or measure has it tried again
        throw error;
      },
    ));
  const send = async (to: Exporter): Promise<void> => {
    measures.recordIn(to);
    await spans.sendTo(to);
  };
  const push = async (to: Exporter): Promise<void> => {
    await readStates(false);
    measures.recordIn(to);
    await to.push();
  };
  /** One after the other. @returns whether it went well */
  const run = (work: (to: Exporter) => Promise<void>): Promise<boolean> => {
    const done = running.then(loaded).then(work);
    running = done.catch(() => {});
    return done.then(
      () => true,
      () => false,
    );
  };
  const scheduleExport = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void run(send).then(() => run(startSdk));
    }, exportDelayMs).unref();
  };
  const take = (span: FinishedSpan) => {
    spans.add(span);
    scheduleExport();
  };
  /** OpenTelemetry's SDK costs more than what sends: a process that ends before needs it for nothing but what libraries measured. */
  const startSdk = (to: Exporter) => to.startSdk(take);

  /** An instance without requests has no telemetry. */
  const used = () => loading !== undefined || spans.count + measures.count + meterProvider.waiting > 0;

  if (tracesTo) tracerProvider.take = take;
  if (mode !== 'none')
    onMeasure((measure) => {
      measures.add(measure);
      if (!exporter) scheduleExport();
    });
  return {
    scrape:
      mode === 'prometheus'
        ? async (incoming, outgoing) => {
            await run(push);
            const from = await loaded();
            await from.startSdk(take);
            from.scrape(incoming, outgoing);
          }
        : undefined,
    async lastLook() {
      if (used()) await readStates(true);
    },
    async close() {
      clearTimeout(timer);
      clearInterval(pushing);
      if (meterProvider.waiting > 0 && mode !== 'none') await run(startSdk);
      if (used()) await persist(run, [send, (to) => to.push()], pausesMs);
      await exporter?.close();
      tracerProvider.take = undefined;
      onMeasure(undefined);
    },
  };
}

type Work = (to: Exporter) => Promise<void>;

/** Does each until it went well, or there is no pause left. */
async function persist(
  run: (work: Work) => Promise<boolean>,
  works: readonly Work[],
  pausesMs: readonly number[],
): Promise<void> {
  let left = works;
  for (const pause of [...pausesMs, undefined]) {
    const done = await Promise.all(left.map(run));
    left = left.filter((_, i) => !done[i]);
    if (left.length === 0 || pause === undefined) return;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

const loadExporter = async (config: Config): Promise<Exporter> => (await import('./exporter.ts')).openExporter(config);
