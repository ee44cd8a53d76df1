import { afterAWhile } from './after-a-while.ts';
import type { Config } from './config.ts';
import type { Exporter } from './exporter.ts';
import { type ExporterWork, lazyExporter } from './lazy-exporter.ts';
import type { FinishedSpan } from './light-span.ts';
import { meterProvider, onMeasure, readStates } from './measure.ts';
import type { Scrape } from './metrics-server.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { telemetryBuffers } from './telemetry-buffers.ts';
import { tracerProvider } from './trace.ts';

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
  const { tracesTo, metrics: mode, intervalMs, changesMs, sampler } = config.telemetry;
  tracerProvider.sampler = sampler;
  let timer: NodeJS.Timeout | undefined;
  let pushing: NodeJS.Timeout | undefined;
  const { spans, measures, sendTo, pushTo, pushChangedTo } = telemetryBuffers(() => exporter.loaded);
  // While something is measured, what changed is pushed soon: a process that is killed takes no more than that with it.
  const changes = afterAWhile(changesMs, () => exporter.run(pushChangedTo));
  const pushesChanges = mode === 'otlp' && changesMs > 0 && changesMs < intervalMs;
  const exporter = lazyExporter(load, () => {
    if (mode !== 'otlp') return;
    const push = oneAtATime(() => exporter.run(pushTo));
    pushing = setInterval(() => void push(), intervalMs).unref();
    if (pushesChanges) changes.schedule();
  });
  const scheduleExport = () => {
    timer ??= setTimeout(async () => {
      const sent = await exporter.run(sendTo);
      await exporter.run(startSdk);
      timer = undefined;
      if (sent && spans.count > 0) scheduleExport();
    }, exportDelayMs).unref();
  };
  const take = (span: FinishedSpan) => {
    spans.add(span);
    scheduleExport();
  };
  /** OpenTelemetry's SDK costs more than what sends: a process that ends before needs it for nothing but what libraries measured. */
  const startSdk = (to: Exporter) => to.startSdk(take);
  /** An instance without requests has no telemetry. */
  const used = () => exporter.isNeeded || spans.count + measures.count + meterProvider.waiting > 0;
  const scrape: Scrape = async (incoming, outgoing) => {
    await exporter.run(pushTo);
    const from = await exporter.load();
    await from.startSdk(take);
    from.scrape(incoming, outgoing);
  };

  if (tracesTo) tracerProvider.take = take;
  if (mode !== 'none')
    onMeasure((measure) => {
      measures.add(measure);
      if (!exporter.loaded) scheduleExport();
      else if (pushesChanges) changes.schedule();
    });
  return {
    scrape: mode === 'prometheus' ? scrape : undefined,
    async lastLook() {
      if (used()) await readStates(true);
    },
    async close() {
      clearTimeout(timer);
      changes.cancel();
      clearInterval(pushing);
      if (meterProvider.waiting > 0 && mode !== 'none') await exporter.run(startSdk);
      if (used()) await persist(exporter.run, [sendTo, (to) => to.push()], pausesMs);
      await exporter.loaded?.close();
      tracerProvider.take = undefined;
      onMeasure(undefined);
    },
  };
}

/** Does each until it went well, or there is no pause left. */
async function persist(
  run: (work: ExporterWork) => Promise<boolean>,
  works: readonly ExporterWork[],
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
