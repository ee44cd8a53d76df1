import type { Exporter } from './exporter.ts';
import type { FinishedSpan } from './light-span.ts';

/** Spans that wait; the oldest of more are dropped. */
const maxSpans = 4096;
/** Spans of one request (OTEL_BSP_MAX_EXPORT_BATCH_SIZE's default). */
const batch = 512;

export interface WaitingSpans {
  add(span: FinishedSpan): void;
  readonly count: number;
  /** Sends all, oldest first; what the collector may take another time goes on waiting. @throws ExportError */
  sendTo(exporter: Pick<Exporter, 'spans'>): Promise<void>;
}

/** @param dropped is called with the number of spans that will never be sent */
export function waitingSpans(dropped: (count: number) => void): WaitingSpans {
  const spans: FinishedSpan[] = [];
  return {
    add(span) {
      spans.push(span);
      if (spans.length > maxSpans) dropped(spans.splice(0, spans.length - maxSpans).length);
    },
    get count() {
      return spans.length;
    },
    async sendTo(exporter) {
      while (spans.length > 0) {
        const sent = spans.splice(0, batch);
        try {
          await exporter.spans(sent);
        } catch (error) {
          if ((error as { retryable?: boolean }).retryable) spans.unshift(...sent);
          else dropped(sent.length);
          throw error;
        }
      }
    },
  };
}
