import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustBeFree } from '@dormouse/http/internal-http';
import { alertmanagerConfiguration } from './alertmanager-configuration.ts';
import { runExporters } from './exporters.ts';
import { missingOf, programPath } from './programs.ts';
import { prometheusConfiguration } from './prometheus-configuration.ts';
import { supervised } from './supervised.ts';

export interface MonitorOptions {
  /** The project's folder. */
  root: string;
  /** DORMOUSE_HOME of the platform; `monitoring` in it has data, logs and configurations. */
  home: string;
  consolePort: number;
  prometheusPort: number;
  alertmanagerPort: number;
  /** Is told of every alert, and of its end, as Alertmanager's webhooks are. */
  webhook?: string | undefined;
  say: (line: string) => void;
}

/** What the packages are called on Debian and Ubuntu. */
const packages =
  'apt-get install prometheus prometheus-alertmanager prometheus-postgres-exporter prometheus-redis-exporter';

/**
 * Runs Prometheus, Alertmanager and the exporters that are on the PATH beside the platform, until it is over.
 * @throws Error when Prometheus or Alertmanager is not installed
 */
export async function monitor(options: MonitorOptions, over: AbortSignal): Promise<void> {
  const { root, home, webhook, say } = options;
  const missing = missingOf('prometheus', 'alertmanager');
  if (missing.length > 0) throw new Error(`${missing.join(' and ')} not found on the PATH; on Debian: ${packages}`);
  for (const port of [options.prometheusPort, options.alertmanagerPort]) await toBeFree(port);
  const folder = join(home, 'monitoring');
  mkdirSync(home, { recursive: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const at = (port: number) => `127.0.0.1:${port}`;
  const [prometheus, alertmanager] = [at(options.prometheusPort), at(options.alertmanagerPort)];
  const write = (name: string, content: object) => {
    const file = join(folder, name);
    writeFileSync(file, JSON.stringify(content, undefined, 2), { mode: 0o600 });
    return file;
  };
  const configuration = { root, folder, prometheus, alertmanager, console: at(options.consolePort) };
  const started = [
    supervised(
      {
        path: programPath('alertmanager')!,
        args: [
          `--config.file=${write('alertmanager.json', alertmanagerConfiguration(root, webhook))}`,
          `--storage.path=${folder}/alertmanager`,
          `--web.listen-address=${alertmanager}`,
          '--cluster.listen-address=',
        ],
        log: join(folder, 'alertmanager.log'),
      },
      (code) => say(`Alertmanager ended (${code}) and is started again: ${folder}/alertmanager.log`),
    ),
    supervised(
      {
        path: programPath('prometheus')!,
        args: [
          `--config.file=${write('prometheus.json', prometheusConfiguration(configuration))}`,
          `--storage.tsdb.path=${folder}/prometheus`,
          '--storage.tsdb.retention.time=31d',
          `--web.listen-address=${prometheus}`,
        ],
        log: join(folder, 'prometheus.log'),
      },
      (code) => say(`Prometheus ended (${code}) and is started again: ${folder}/prometheus.log`),
    ),
  ];
  say(`Prometheus    http://${prometheus}/alerts`);
  say(`Alertmanager  http://${alertmanager}`);
  for (const name of missingOf('postgresExporter', 'redisExporter'))
    say(`${name} is not on the PATH: nothing is asked of it`);
  await runExporters({ home, folder, say }, over);
  await Promise.all(started.map((each) => each.stop()));
}

/** @throws Error that says what to do when another program listens there */
async function toBeFree(port: number): Promise<void> {
  try {
    await mustBeFree(port);
  } catch (cause) {
    const own = 'Debian starts its packages as services ("systemctl disable --now prometheus prometheus-alertmanager")';
    throw new Error(`port ${port} is in use: ${own}; or choose another port`, { cause });
  }
}
