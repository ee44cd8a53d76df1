import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { takesOtlp } from '@dormouse/monitoring/programs';
import { freePort } from '@dormouse/serving/process/free-port';
import { parse } from 'yaml';
import { kubectl } from '../../../kubectl.ts';
import { startChild } from '../../child.ts';
import { discoverable, discovered, type Role } from './discovered-targets.ts';
import { gatewayPrefix } from './gateway-metrics.ts';
import { alivePath } from './telemetry-of-functions.ts';

const folder = join(import.meta.dirname, '../../../../observability/prometheus');

interface Job {
  job_name: string;
  kubernetes_sd_configs?: { role: Role; namespaces?: { names: string[] } }[];
  metric_relabel_configs?: Record<string, unknown>[];
  [more: string]: unknown;
}

interface Configuration {
  scrape_configs: Job[];
  [more: string]: unknown;
}

export interface ClusterPrometheusOptions {
  /** Where it keeps its data. */
  home: string;
  /** `http://HOST:PORT` */
  alertmanager: string;
  /** What runs beside it on this machine, by its job: `HOST:PORT`. */
  beside: Readonly<Record<string, string>>;
  /** `HOST:PORT` of what functions measured. */
  functions: string;
}

const discoveryMs = 5_000;

/**
 * Prometheus on this machine with the configuration and the rules for a cluster. What would run in the cluster and runs here has other
 * addresses, and what Kubernetes has is told to it by files: Debian's Prometheus cannot ask Kubernetes itself.
 * @returns its address
 */
export async function startClusterPrometheus(
  path: string,
  options: ClusterPrometheusOptions,
  atTheEnd: (stop: () => unknown) => void,
): Promise<string> {
  const { home } = options;
  const address = `127.0.0.1:${await freePort()}`;
  const identity = await kubectl(['config', 'view', '--raw', '--minify', '--flatten', '-o', 'json']);
  const tls = certified(home, JSON.parse(identity) as KubeConfig);
  const written = parse(readFileSync(join(folder, 'cluster.yaml'), 'utf8')) as Configuration;
  const file = join(home, 'prometheus.json');
  writeFileSync(file, JSON.stringify(configured(written, { ...options, tls, address, old: !takesOtlp(path) })));
  const args = [`--config.file=${file}`, `--storage.tsdb.path=${home}/data`, `--web.listen-address=${address}`];
  const over = new AbortController();
  await discover(written, home);
  const discovering = keepDiscovering(written, home, over.signal);
  atTheEnd(() => {
    over.abort();
    return discovering;
  });
  const child = await startChild(path, args, `http://${address}/-/ready`);
  atTheEnd(child.stop);
  return `http://${address}`;
}

interface Here extends ClusterPrometheusOptions {
  /** As whom a kubelet is asked. */
  tls: object;
  address: string;
  /** Has fewer words in its configuration. */
  old: boolean;
}

const fileOf = (home: string, { job_name }: Job) => join(home, `targets-${job_name}.json`);

async function discover({ scrape_configs }: Configuration, home: string): Promise<void> {
  const objects = await discoverable();
  for (const job of scrape_configs) {
    const groups = (job.kubernetes_sd_configs ?? []).flatMap(({ role, namespaces }) =>
      discovered(objects, role, namespaces?.names),
    );
    const file = fileOf(home, job);
    writeFileSync(`${file}.new`, JSON.stringify(groups));
    renameSync(`${file}.new`, file);
  }
}

async function keepDiscovering(written: Configuration, home: string, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await sleep(discoveryMs, undefined, { signal: over }).catch(() => {});
    // An API server that is busy is asked again.
    await discover(written, home).catch(() => {});
  }
}

function configured(written: Configuration, here: Here): Configuration {
  const { alertmanager, beside, functions, address } = here;
  const to = (target: string) => [{ targets: [target] }];
  const statics = { prometheus: address, alertmanager: new URL(alertmanager).host, ...beside };
  const inCluster = written.scrape_configs.filter(({ job_name }) => job_name !== 'observability');
  return {
    ...written,
    rule_files: [join(folder, 'rules/*.yaml')],
    alerting: { alertmanagers: [{ static_configs: to(statics.alertmanager) }] },
    scrape_configs: [
      ...inCluster.map((job) => inClusterAs(job, here)),
      ...Object.entries(statics).map(([job_name, target]) => ({ job_name, static_configs: to(target) })),
      // One program stands for all three.
      ...['otel-collector', 'loki', 'tempo'].map((job_name) => ({
        job_name,
        metrics_path: alivePath,
        static_configs: to(functions),
      })),
      // Pushed at once where there is a collector.
      { job_name: 'functions', honor_labels: true, scrape_interval: '2s', static_configs: to(functions) },
    ],
    // Exemplars are of another storage, which is not switched on.
    storage: { tsdb: { out_of_order_time_window: '10m' } },
  };
}

function inClusterAs(job: Job, { home, tls, old }: Here): Job {
  const { kubernetes_sd_configs, ...rest } = job;
  const { metric_name_escaping_scheme, scrape_protocols, track_timestamps_staleness, ...known } = rest;
  const relabeled = job.metric_relabel_configs ?? [];
  const unprefixed = {
    source_labels: ['__name__'],
    regex: `${gatewayPrefix}(istio_.+)`,
    target_label: '__name__',
    replacement: '$1',
  };
  return {
    ...(old ? known : rest),
    job_name: job.job_name,
    file_sd_configs: [{ files: [fileOf(home, job)] }],
    metric_relabel_configs: job.job_name === 'istio' ? [unprefixed, ...relabeled] : relabeled,
    ...(job.job_name === 'kubelet' && { authorization: undefined, tls_config: tls }),
  };
}

interface KubeConfig {
  users: { user: { 'client-certificate-data'?: string; 'client-key-data'?: string } }[];
}

/** Whoever kubectl is, for a kubelet; its own certificate may be signed by nobody. */
function certified(home: string, { users }: KubeConfig): object {
  const user = users[0]!.user;
  const write = (name: string, data = '') => {
    const file = join(home, name);
    writeFileSync(file, Buffer.from(data, 'base64'), { mode: 0o600 });
    return file;
  };
  return {
    insecure_skip_verify: true,
    cert_file: write('client.crt', user['client-certificate-data']),
    key_file: write('client.key', user['client-key-data']),
  };
}
