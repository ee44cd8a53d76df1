import { join } from 'node:path';
import { machineRuleFiles } from '@dormouse/observability/groups';

/** Names of what is scraped beside Prometheus itself; rules and runbooks ask for them. */
export const exporterJobs = ['postgres-exporter', 'redis-exporter'] as const;
export type ExporterJob = (typeof exporterJobs)[number];

export interface PrometheusConfigurationOptions {
  /** The project's folder. */
  root: string;
  /** Where the files lie that say which exporters there are. */
  folder: string;
  /** `HOST:PORT` of each. */
  prometheus: string;
  alertmanager: string;
  console: string;
}

/** File that says where an exporter is scraped, as Prometheus' discovery by files reads it. */
export const targetsFile = (folder: string, job: ExporterJob): string => join(folder, `${job}.json`);

/** Prometheus beside a platform on one machine: it scrapes the console, and exporters where they are; its rules are those that fit. */
export function prometheusConfiguration(options: PrometheusConfigurationOptions): object {
  const { root, folder, prometheus, alertmanager, console } = options;
  const to = (target: string) => [{ targets: [target] }];
  return {
    global: { scrape_interval: '10s', evaluation_interval: '10s' },
    storage: { tsdb: { out_of_order_time_window: '10m' } },
    rule_files: machineRuleFiles.map((name) => join(root, 'observability/prometheus/rules', `${name}.yaml`)),
    alerting: { alertmanagers: [{ static_configs: to(alertmanager) }] },
    scrape_configs: [
      { job_name: 'prometheus', static_configs: to(prometheus) },
      // job and instance of functions' series are those of the functions.
      { job_name: 'dormouse', honor_labels: true, static_configs: to(console) },
      ...exporterJobs.map((job) => ({
        job_name: job,
        file_sd_configs: [{ files: [targetsFile(folder, job)], refresh_interval: '10s' }],
      })),
    ],
  };
}
