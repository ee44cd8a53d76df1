import type { Metric } from '@dormouse/signals/metrics';
import { platformMetrics } from '@dormouse/signals/platform-metrics';
import type { Family, Measured } from './metric-store.ts';

/** A request that is over. No value of it may be a client's but method and status, which are counted by their kinds. */
export interface AnsweredRequest {
  entry: 'ingress' | 'local' | 'event' | 'broker' | 'console';
  /** Name of the VirtualService's route; empty where none leads there. */
  route: string;
  /** Name of the Service; empty for none. */
  service: string;
  method: string;
  status: number;
  answeredBy: 'function' | 'activator' | 'cache' | 'ingress' | 'broker' | 'console' | 'client';
  ms: number;
  /** It waited for an instance to start. */
  cold: boolean;
}

interface Counted {
  labels: Readonly<Record<string, string>>;
  /** Of `dormouse_local_requests_total`. */
  total: Total;
  sum: number;
  buckets: number[];
}

interface Total {
  labels: Readonly<Record<string, string>>;
  count: number;
}

interface Told {
  count: number;
  atMs: number;
  changedMs: number;
}

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const bounds = platformMetrics.edgeDuration.bounds ?? [];
const platform = { job: 'dormouse/platform', service_name: 'platform' };
/** What has not changed for `quietMs`, longer than panels and rules look back for rates, is told once in `restMs`: the store has room for what does. */
const quietMs = 6 * 60_000;
const restMs = 60_000;

/** Counts and times requests by who asked for what and who answered, for as long as the platform lives. */
export class RequestCounts {
  readonly #counted = new Map<string, Counted>();
  readonly #totals = new Map<string, Total>();
  readonly #told = new Map<object, Told>();
  #lookedMs = 0;

  add({ entry, route, service, method, status, answeredBy, ms, cold }: AnsweredRequest): void {
    const kind = methods.has(method) ? method : '_OTHER';
    const statusClass = (status / 100) | 0;
    const key = `${entry} ${route} ${service} ${kind} ${statusClass} ${answeredBy} ${cold}`;
    let counted = this.#counted.get(key);
    if (!counted) {
      const common = {
        ...platform,
        dormouse_entry: entry,
        ...(service && { kn_service_name: service }),
        http_response_status_class: `${statusClass}xx`,
        dormouse_answered_by: answeredBy,
      };
      counted = {
        labels: {
          ...common,
          ...(route && { dormouse_ingress_route: route }),
          http_request_method: kind,
          ...(cold && { faas_coldstart: 'true' }),
        },
        total: this.#totalOf(`${entry} ${service} ${statusClass} ${answeredBy}`, common),
        sum: 0,
        buckets: bounds.map(() => 0).concat(0),
      };
      this.#counted.set(key, counted);
    }
    const seconds = ms / 1_000;
    let at = 0;
    while (at < bounds.length && seconds > (bounds[at] as number)) at++;
    counted.buckets[at] = (counted.buckets[at] as number) + 1;
    counted.sum += seconds;
    counted.total.count++;
  }

  #totalOf(key: string, labels: Total['labels']): Total {
    const total = this.#totals.get(key) ?? { labels, count: 0 };
    this.#totals.set(key, total);
    return total;
  }

  /** What was counted until now; a series that is new begins with a zero, at the look before this one. */
  measured(nowMs: number): Measured[] {
    const measured: Measured[] = [];
    for (const { labels, total, sum, buckets } of this.#counted.values()) {
      const now = { family: durations, labels, bounds, timeMs: nowMs, value: sum, buckets: [...buckets] };
      const count = now.buckets.reduce((all, each) => all + each, 0);
      const zero = { ...now, timeMs: this.#lookedMs, value: 0, buckets: buckets.map(() => 0) };
      measured.push(...this.#due(buckets, count, nowMs, [zero, now]));
      const totals = { family: requests, labels: total.labels, timeMs: nowMs, value: total.count };
      measured.push(...this.#due(total, total.count, nowMs, [{ ...totals, timeMs: this.#lookedMs, value: 0 }, totals]));
    }
    this.#lookedMs = nowMs;
    return measured;
  }

  /** Of a series' zero and its value what is to be told now. */
  #due(key: object, count: number, nowMs: number, [zero, now]: readonly [Measured, Measured]): readonly Measured[] {
    const before = this.#told.get(key);
    const changedMs = before?.count === count ? before.changedMs : nowMs;
    if (before?.atMs === nowMs) return [];
    if (before && nowMs - changedMs > quietMs && nowMs - before.atMs < restMs) return [];
    this.#told.set(key, { count, atMs: nowMs, changedMs });
    return before ? [now] : [zero, now];
  }
}

const family = ({ name, kind, unit, description }: Metric): Family => ({ name, kind, unit, description });
const durations = family(platformMetrics.edgeDuration);
const requests = family(platformMetrics.requests);
