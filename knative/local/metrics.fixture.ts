import { metrics } from '@dormouse/runtime/metrics';
import { type Measured, MetricStore } from './metric-store.ts';

const bounds = metrics.requestDuration.bounds ?? [];
const pushMs = 10_000;

/** An hour's end of two functions, one of whose instances slept: pushes each ten seconds until `endMs`, `minutes` long. */
export function seededMetrics(endMs: number, minutes = 10): MetricStore {
  const store = new MetricStore({ bytes: 64 * 1024 * 1024 });
  const pushes = (minutes * 60_000) / pushMs;
  for (let n = 0; n <= pushes; n++) {
    const timeMs = endMs - (pushes - n) * pushMs;
    for (const measured of pushOf('posts', 'posts-a', n, timeMs)) store.add(measured);
    if (n % 12 < 5) for (const measured of pushOf('web', `web-${Math.floor(n / 12)}`, n % 12, timeMs)) store.add(measured);
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
    yield { family: metrics.requestDuration, labels: { ...labels, ...request, http_response_status_code: status, ...error }, timeMs, value, buckets, bounds };
  }
  const cpu = { family: metrics.cpuTime, timeMs };
  yield { ...cpu, labels: { ...labels, cpu_mode: 'user' }, value: n * 0.25 };
  yield { ...cpu, labels: { ...labels, cpu_mode: 'system' }, value: n * 0.125 };
  yield { family: metrics.memory, labels, timeMs, value: 50e6 + (n % 7) * 1e6 };
}
