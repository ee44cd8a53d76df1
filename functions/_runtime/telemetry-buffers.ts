import { metrics } from '@dormouse/signals/metrics';
import type { Exporter } from './exporter.ts';
import { readStates } from './measure.ts';
import { type WaitingMeasures, waitingMeasures } from './waiting-measures.ts';
import { type WaitingSpans, waitingSpans } from './waiting-spans.ts';

/** Spans and measures that no exporter has taken yet. */
export interface TelemetryBuffers {
  readonly spans: WaitingSpans;
  readonly measures: WaitingMeasures;
  /** Hands over what waits. */
  sendTo(exporter: Exporter): Promise<void>;
  /** Measures every state, hands the measures over and has them pushed. */
  pushTo(exporter: Exporter): Promise<void>;
  /** Hands the measures over and has what changed pushed. */
  pushChangedTo(exporter: Exporter): Promise<void>;
}

/** Buffers within bounds; what is dropped is counted by the exporter, once there is one. */
export function telemetryBuffers(loaded: () => Exporter | undefined): TelemetryBuffers {
  const dropped = (signal: 'spans' | 'measures') => (count: number) =>
    loaded()?.record({
      metric: metrics.dropped,
      value: count,
      attributes: { 'dormouse.signal': signal },
      atMs: Date.now(),
    });
  const spans = waitingSpans(dropped('spans'));
  const measures = waitingMeasures(loaded, dropped('measures'));
  return {
    spans,
    measures,
    async sendTo(exporter) {
      measures.recordIn(exporter);
      await spans.sendTo(exporter);
    },
    async pushTo(exporter) {
      await readStates(false);
      measures.recordIn(exporter);
      await exporter.push();
    },
    async pushChangedTo(exporter) {
      measures.recordIn(exporter);
      await exporter.pushChanged();
    },
  };
}
