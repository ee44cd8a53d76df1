import { join } from 'node:path';
import { freePort } from '@dormouse/serving/process/free-port';
import { type Child, startChild } from './child.ts';

const folder = join(import.meta.dirname, '../../observability/collector');

export interface Addresses {
  /** OTLP/HTTP of Prometheus. */
  prometheus?: string | undefined;
  /** `host:port` of Tempo's OTLP/gRPC. */
  tempo?: string | undefined;
  loki?: string | undefined;
}

export interface RunningCollector extends Child {
  /** OTLP/HTTP, `http://127.0.0.1:PORT`. */
  url: string;
  /** Its own metrics. */
  metricsPort: number;
}

/** The collector with the configuration for one machine, and with `more` configurations after it. */
export async function startCollector(
  path: string,
  to: Addresses = {},
  more: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<RunningCollector> {
  const [grpc, http, health, metricsPort] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const files = [join(folder, 'common.yaml'), join(folder, 'machine.yaml'), ...more];
  const child = await startChild(
    path,
    files.flatMap((file) => ['--config', file]),
    `http://127.0.0.1:${health}`,
    {
      OTLP_GRPC_PORT: String(grpc),
      OTLP_HTTP_PORT: String(http),
      HEALTH_PORT: String(health),
      METRICS_PORT: String(metricsPort),
      ...(to.prometheus && { PROMETHEUS_URL: to.prometheus }),
      ...(to.tempo && { TEMPO_ENDPOINT: to.tempo }),
      ...(to.loki && { LOKI_URL: to.loki }),
      ...env,
    },
  );
  return { ...child, url: `http://127.0.0.1:${http}`, metricsPort };
}
