import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { httpAddress, option, port } from '../parameters.ts';

interface Flags {
  home?: string;
  consolePort?: number;
  prometheusPort?: number;
  alertmanagerPort?: number;
  webhook?: string;
}

/** `dormouse monitor`, which is `npm run monitor`. */
export const monitor = buildCommand({
  docs: {
    brief: 'Runs Prometheus, Alertmanager and exporters beside the platform on this machine',
    fullDescription: [
      'Runs Prometheus and Alertmanager beside the platform on this machine, with the alerts that fit it, and the exporters',
      'of PostgreSQL and Redis where they are on the PATH. Nothing is downloaded: docs/how-to/alerts.md names the packages.',
      'It finds the platform by its data folder and its console, whether it runs already or starts later.',
      '',
      'Data, logs and configurations are in FOLDER/monitoring. Ctrl-C stops everything.',
    ].join('\n'),
  },
  parameters: {
    flags: {
      home: option('FOLDER', "The platform's data folder (default: DORMOUSE_HOME, or .dormouse)"),
      consolePort: option('N', "Port of the platform's console (default: CONSOLE_PORT, or 8081)", port),
      prometheusPort: option('N', 'Port of Prometheus, on loopback (default: 9090)', port),
      alertmanagerPort: option('N', 'Port of Alertmanager, on loopback (default: 9093)', port),
      webhook: option('URL', 'Tell this address of alerts and of their ends (default: nobody is told)', httpAddress),
    },
  },
  async loader() {
    const [{ monitor: run }, { readSettings }] = await Promise.all([
      import('@dormouse/monitoring/monitor'),
      import('@dormouse/local/command-line'),
    ]);
    return async function monitorPlatform(this: Context, given: Flags) {
      const { home, consolePort } = readSettings(
        { home: given.home, consolePort: given.consolePort },
        this.env,
        this.root,
        String,
      );
      const over = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => over.abort());
      const options = {
        root: this.root,
        home,
        consolePort,
        prometheusPort: given.prometheusPort ?? 9090,
        alertmanagerPort: given.alertmanagerPort ?? 9093,
        webhook: given.webhook,
        say: this.terminal.print,
      };
      await run(options, over.signal);
    };
  },
});
