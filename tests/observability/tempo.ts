import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@dormouse/serving/process/free-port';
import { type Child, startChild } from './child.ts';

export interface RunningTempo extends Child {
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** `host:port` of OTLP/gRPC. */
  otlp: string;
  /** Whether it refuses every span as one too many; it learns of it within a second or two. */
  failNext(all: boolean): void;
}

/** Tempo with all of its parts in one process, keeping traces below `home`. */
export async function startTempo(path: string, home: string): Promise<RunningTempo> {
  const [http, grpc, otlp] = await Promise.all([freePort(), freePort(), freePort()]);
  const data = join(home, 'tempo');
  mkdirSync(data, { recursive: true });
  const file = join(data, 'tempo.yaml');
  const address = '127.0.0.1';
  const lifecycler = {
    address,
    ring: { kvstore: { store: 'inmemory' }, replication_factor: 1 },
    final_sleep: '0s',
    min_ready_duration: '0s',
  };
  const limits = join(data, 'limits.yaml');
  const failNext = (all: boolean) => {
    const none = { ingestion_rate_limit_bytes: 1, ingestion_burst_size_bytes: 1 };
    // The name of the only tenant where there are none.
    writeFileSync(limits, JSON.stringify({ overrides: all ? { 'single-tenant': none } : {} }));
  };
  failNext(false);
  const configuration = {
    search_enabled: true,
    server: {
      http_listen_address: address,
      http_listen_port: http,
      grpc_listen_address: address,
      grpc_listen_port: grpc,
    },
    distributor: {
      ring: { instance_addr: address },
      receivers: { otlp: { protocols: { grpc: { endpoint: `${address}:${otlp}` } } } },
    },
    ingester: { lifecycler, trace_idle_period: '1s', max_block_duration: '5m' },
    querier: { frontend_worker: { frontend_address: `${address}:${grpc}` } },
    memberlist: { bind_addr: [address] },
    compactor: { ring: { instance_addr: address } },
    storage: { trace: { backend: 'local', local: { path: join(data, 'blocks') }, wal: { path: join(data, 'wal') } } },
    // Tempo 1 forgets what traces larger than 5 kB could be found by; later ones look into their blocks.
    overrides: { max_search_bytes_per_trace: 0, per_tenant_override_config: limits, per_tenant_override_period: '1s' },
    usage_report: { reporting_enabled: false },
  };
  writeFileSync(file, JSON.stringify(configuration));
  const child = await startChild(path, [`-config.file=${file}`], `http://${address}:${http}/ready`);
  return { ...child, url: `http://${address}:${http}`, otlp: `${address}:${otlp}`, failNext };
}
