import { type Metric, metrics } from '@dormouse/signals/metrics';
import { type Measured, MetricStore } from '../metric-store.ts';

const bounds = metrics.requestDuration.bounds ?? [];
const pushMs = 10_000;

/** An hour's end of two functions, one of whose instances slept: pushes each ten seconds until `endMs`, `minutes` long. */
export function seededMetrics(endMs: number, minutes = 10): MetricStore {
  const store = new MetricStore({ bytes: 64 * 1024 * 1024 });
  const pushes = (minutes * 60_000) / pushMs;
  for (let n = 0; n <= pushes; n++) {
    const timeMs = endMs - (pushes - n) * pushMs;
    for (const measured of pushOf('posts', 'posts-a', n, timeMs)) store.add(measured);
    if (n % 12 < 5)
      for (const measured of pushOf('web', `web-${Math.floor(n / 12)}`, n % 12, timeMs)) store.add(measured);
  }
  return store;
}

function* pushOf(service: string, instance: string, n: number, timeMs: number): Generator<Measured> {
  const labels = { job: `dormouse/${service}`, instance, service_name: service };
  const counts = bounds.map((_, i) => (i === 5 ? n * 3 : i === 6 ? n * 2 : i === 8 ? Math.floor(n / 3) : 0));
  const request = { http_request_method: 'GET', http_route: `/${service}/:id`, url_scheme: 'http' };
  for (const [status, part] of [
    ['200', 1],
    ['500', n > 2 ? 1 : 0],
  ] as const) {
    const buckets = [...counts.map((each) => (status === '200' ? each : Math.floor(each / 4) * part)), 0];
    const error = status === '500' ? { error_type: '500' } : {};
    const value = buckets.reduce((sum, each, i) => sum + each * (bounds[i] ?? 10), 0);
    yield {
      family: metrics.requestDuration,
      labels: { ...labels, ...request, http_response_status_code: status, ...error },
      timeMs,
      value,
      buckets,
      bounds,
    };
  }
  const cpu = { family: metrics.cpuTime, timeMs };
  yield { ...cpu, labels: { ...labels, cpu_mode: 'user' }, value: n * 0.25 };
  yield { ...cpu, labels: { ...labels, cpu_mode: 'system' }, value: n * 0.125 };
  yield { family: metrics.memory, labels, timeMs, value: 50e6 + (n % 7) * 1e6 };
}

const zeroMsBefore = 5_000;

/** One instance of posts that woke 20 seconds ago and did a little of everything: a zero and a push of each series. */
export function* measuredFlow(nowMs: number): Generator<Measured> {
  const base = { job: 'dormouse/posts', instance: 'posts-a', service_name: 'posts' };
  const pushedMs = nowMs - 20_000;
  const twice = function* (measured: Omit<Measured, 'timeMs'>): Generator<Measured> {
    yield {
      ...measured,
      timeMs: pushedMs - zeroMsBefore,
      value: 0,
      ...(measured.buckets && { buckets: measured.buckets.map(() => 0) }),
      exemplars: [],
    };
    yield { ...measured, timeMs: pushedMs };
  };
  const histogram = (
    family: Metric,
    upTo: number,
    count: number,
    labels: Record<string, string>,
    exemplars: Measured['exemplars'] = [],
  ) => {
    const own = family.bounds ?? [];
    const buckets = [...own, Number.POSITIVE_INFINITY].map((bound) => (bound === upTo ? count : 0));
    return twice({ family, labels: { ...base, ...labels }, value: count * upTo, buckets, bounds: own, exemplars });
  };
  const counter = (family: Metric, value: number, labels: Record<string, string>) =>
    twice({ family, labels: { ...base, ...labels }, value });
  const route = { http_request_method: 'GET', http_route: '/blog/api/posts' };
  const exemplar = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), value: 0.04, timeMs: pushedMs };
  yield* histogram(metrics.requestDuration, 0.01, 100, { ...route, http_response_status_code: '200' });
  yield* histogram(
    metrics.requestDuration,
    0.05,
    20,
    { ...route, http_response_status_code: '500', error_type: '500' },
    [exemplar],
  );
  const event = { messaging_destination_name: 'dev.dormouse.post.created.v1' };
  yield* counter(metrics.eventsSent, 10, event);
  yield* counter(metrics.eventsConsumed, 7, event);
  yield* counter(metrics.eventsConsumed, 1, { ...event, dormouse_duplicate: 'true' });
  yield* counter(metrics.eventsConsumed, 2, { ...event, error_type: 'RetryEvent' });
  yield* histogram(metrics.eventAge, 0.05, 7, event);
  yield* histogram(metrics.sqlDuration, 0.0025, 40, { db_query_summary: 'SELECT posts' });
  yield* counter(metrics.cacheRequests, 9, { dormouse_cache_name: 'posts:lists', dormouse_cache_result: 'hit' });
  yield* counter(metrics.cacheRequests, 1, { dormouse_cache_name: 'posts:lists', dormouse_cache_result: 'miss' });
  yield* counter(metrics.coldStarts, 1, { faas_trigger: 'http' });
  yield* histogram(metrics.initDuration, 0.1, 1, {});
  yield* histogram(metrics.firstResponseDuration, 0.15, 1, { faas_trigger: 'http' });
  yield { family: metrics.memory, labels: base, timeMs: pushedMs, value: 64e6 };
}
