import { arrive, type Shot } from './load.ts';
import { percentile } from './statistics.ts';

const paths = ['/', '/blog/', '/blog/api/posts', '/health'];

export interface Latency {
  path: string;
  requests: number;
  errors: number;
  p50: number;
  p95: number;
  p99: number;
}

/**
 * 100 virtual users, each asking for one path after the other, one second apart: an open loop of 100 requests a second, spread evenly
 * over the second and over the paths.
 * @param without a path that is left out
 */
export async function predecessorsScenario(origin: string, seconds: number, without?: string): Promise<Latency[]> {
  const shots: Shot[] = paths.filter((path) => path !== without).map((path) => ({ method: 'GET', path, expect: 200 }));
  const all = await Promise.all(
    shots.map(async (shot) => ({ path: shot.path, ...(await arrive(origin, [shot], 100 / shots.length, seconds)) })),
  );
  const total = {
    path: 'all',
    latencies: all.flatMap(({ latencies }) => latencies),
    errors: all.reduce((sum, { errors }) => sum + errors, 0),
    sent: all.reduce((sum, { sent }) => sum + sent, 0),
  };
  return [total, ...all].map(({ path, latencies, errors, sent }) => ({
    path,
    requests: sent,
    errors,
    p50: percentile(latencies, 0.5),
    p95: percentile(latencies, 0.95),
    p99: percentile(latencies, 0.99),
  }));
}
