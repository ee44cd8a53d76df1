import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@dormouse/serving/process/free-port';
import { type Child, startChild } from './child.ts';

export interface RunningLoki extends Child {
  /** `http://127.0.0.1:PORT`; OTLP below `/otlp`. */
  url: string;
  /** Lines that LogQL finds between two moments, in seconds, newest first. @throws Error with Loki's words */
  lines(query: string, range: { start: number; end: number }): Promise<LokiLine[]>;
}

export interface LokiLine {
  /** Of its stream, and what was kept beside it. */
  labels: Record<string, string>;
  text: string;
}

/** Loki with all of its parts in one process, keeping logs below `home`. */
export async function startLoki(path: string, home: string): Promise<RunningLoki> {
  const [http, grpc] = await Promise.all([freePort(), freePort()]);
  const data = join(home, 'loki');
  mkdirSync(data, { recursive: true });
  const file = join(data, 'loki.yaml');
  const address = '127.0.0.1';
  const configuration = {
    auth_enabled: false,
    analytics: { reporting_enabled: false },
    server: {
      http_listen_address: address,
      http_listen_port: http,
      grpc_listen_address: address,
      grpc_listen_port: grpc,
    },
    common: {
      instance_addr: address,
      path_prefix: data,
      replication_factor: 1,
      ring: { kvstore: { store: 'inmemory' } },
      storage: { filesystem: { chunks_directory: join(data, 'chunks'), rules_directory: join(data, 'rules') } },
    },
    ingester: { lifecycler: { min_ready_duration: '0s', final_sleep: '0s' } },
    schema_config: {
      configs: [
        {
          from: '2024-01-01',
          store: 'tsdb',
          object_store: 'filesystem',
          schema: 'v13',
          index: { prefix: 'index_', period: '24h' },
        },
      ],
    },
  };
  writeFileSync(file, JSON.stringify(configuration));
  const child = await startChild(path, [`-config.file=${file}`], `http://${address}:${http}/ready`);
  const url = `http://${address}:${http}`;
  return { ...child, url, lines: (query, range) => ask(url, query, range) };
}

async function ask(url: string, query: string, { start, end }: { start: number; end: number }): Promise<LokiLine[]> {
  const parameters = new URLSearchParams({
    query,
    start: `${Math.floor(start)}000000000`,
    end: `${Math.ceil(end)}000000000`,
  });
  const response = await fetch(`${url}/loki/api/v1/query_range?${parameters}`);
  if (!response.ok) throw new Error(`${query}: ${await response.text()}`);
  const { data } = (await response.json()) as {
    data: { result: { stream: Record<string, string>; values: [string, string][] }[] };
  };
  return data.result.flatMap(({ stream, values }) => values.map(([, text]) => ({ labels: stream, text })));
}
