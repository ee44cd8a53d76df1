import { platformMetrics } from '@dormouse/signals/platform-metrics';
import type { Family, Measured } from './metric-store.ts';
import { Senders } from './senders.ts';

export type Signal = 'traces' | 'logs' | 'metrics';

/** Why spans, log records or data points are not kept. */
export type RefusalCause = 'series' | 'order' | 'future' | 'past' | 'trace' | 'unsupported' | 'invalid' | 'space';

export interface Refusal {
  signal: Signal;
  cause: RefusalCause;
  /** `service.name`, as the sender says it. */
  sender: string;
}

interface Counted extends Refusal {
  count: number;
  told: boolean;
  saidMs: number;
}

/** From one line of log about the same to the next. */
const saidEveryMs = 5 * 60_000;
const { name, kind, unit, description } = platformMetrics.telemetryRefused;
const family: Family = { name, kind, unit, description };

/** Counts what the stores did not take, and what they gave up to have room, by its sender. */
export class RefusedTelemetry {
  readonly #counted = new Map<string, Counted>();
  readonly #senders = new Senders();
  #lookedMs = 0;

  /** @returns whether nobody was told of the same for minutes */
  add({ signal, cause, sender }: Refusal, count: number, nowMs: number): boolean {
    const known = this.#senders.nameOf(sender);
    const key = `${signal} ${cause} ${known}`;
    let counted = this.#counted.get(key);
    if (!counted) {
      counted = { signal, cause, sender: known, count: 0, told: false, saidMs: Number.NEGATIVE_INFINITY };
      this.#counted.set(key, counted);
      this.#senders.add(known, 1);
    }
    counted.count += count;
    if (nowMs - counted.saidMs < saidEveryMs) return false;
    counted.saidMs = nowMs;
    return true;
  }

  /** What was counted until now; a series that is new begins with a zero, at the look before this one. */
  measured(nowMs: number): Measured[] {
    const measured: Measured[] = [];
    for (const counted of this.#counted.values()) {
      const { signal, cause, sender, count } = counted;
      const labels = {
        ...{ job: 'dormouse/platform', service_name: 'platform' },
        ...{ dormouse_signal: signal, dormouse_cause: cause, dormouse_sender: sender },
      };
      if (!counted.told) measured.push({ family, labels, timeMs: this.#lookedMs, value: 0 });
      counted.told = true;
      measured.push({ family, labels, timeMs: nowMs, value: count });
    }
    this.#lookedMs = nowMs;
    return measured;
  }
}

/** What each cause means, for whoever reads a partial success or a log. */
export const refusals: Readonly<Record<RefusalCause, string>> = {
  series: 'the sender has as many series as it may have',
  order: 'data points older than the last of their series',
  future: 'times more than a minute ahead',
  past: 'times too far behind',
  trace: 'spans beyond those that a trace may have',
  unsupported: 'kinds of metrics that are not kept',
  invalid: 'values that are none',
  space: 'the sender holds more than half of the room, and its oldest gave way',
};
