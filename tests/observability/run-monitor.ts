import { join } from 'node:path';
import { freePort } from '@dormouse/serving/process/free-port';
import type { RunningPlatform } from '../platform.ts';
import { type Child, startChild } from './child.ts';

const root = join(import.meta.dirname, '../..');

export interface RunningMonitor extends Child {
  /** `http://127.0.0.1:PORT`, each. */
  prometheus: string;
  alertmanager: string;
}

/** `npm run monitor` beside a platform, at free ports; who is told of alerts is `webhook`. */
export async function runMonitor(
  { home, console }: Pick<RunningPlatform, 'home' | 'console'>,
  webhook?: string,
): Promise<RunningMonitor> {
  const [prometheusPort, alertmanagerPort] = [String(await freePort()), String(await freePort())];
  const prometheus = `http://127.0.0.1:${prometheusPort}`;
  const alertmanager = `http://127.0.0.1:${alertmanagerPort}`;
  const ports = ['--prometheus-port', prometheusPort, '--alertmanager-port', alertmanagerPort];
  const args = [join(root, 'cli/dormouse.mjs'), 'monitor', ...ports, ...(webhook ? ['--webhook', webhook] : [])];
  const env = { DORMOUSE_HOME: home, CONSOLE_PORT: new URL(console).port };
  const child = await startChild(process.execPath, args, `${prometheus}/-/ready`, env);
  return { ...child, prometheus, alertmanager };
}
