import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alertmanagerConfiguration } from '@dormouse/monitoring/alertmanager-configuration';
import { freePort } from '@dormouse/serving/process/free-port';
import { type Notified, openAlertReceiver } from './alert-receiver.ts';
import { type Child, startChild } from './child.ts';

const root = join(import.meta.dirname, '../..');

export interface RunningAlertmanager extends Child {
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** What its receivers were told so far. */
  notified: readonly Notified[];
}

/** Alertmanager with the project's routes and inhibitions; what it would tell people it tells the caller. */
export async function startAlertmanager(path: string, home: string): Promise<RunningAlertmanager> {
  const { url: hook, notified, close } = await openAlertReceiver();
  const data = join(home, 'alertmanager');
  mkdirSync(data, { recursive: true });
  writeFileSync(join(data, 'alertmanager.yaml'), JSON.stringify(alertmanagerConfiguration(root, hook)));
  const url = `http://127.0.0.1:${await freePort()}`;
  const args = [
    `--config.file=${data}/alertmanager.yaml`,
    `--storage.path=${data}`,
    `--web.listen-address=${new URL(url).host}`,
    '--cluster.listen-address=',
  ];
  const child = await startChild(path, args, `${url}/-/ready`);
  const stop = async () => {
    await child.stop();
    close();
  };
  return { ...child, url, notified, stop };
}

/** Seconds after `startMs` until each alert was told of first. */
export function arrivals(notified: readonly Notified[], startMs: number): Map<string, number> {
  const seconds = new Map<string, number>();
  for (const { status, labels, atMs } of notified) {
    const name = labels.alertname!;
    if (status === 'firing' && atMs >= startMs && !seconds.has(name))
      seconds.set(name, Math.round((atMs - startMs) / 1000));
  }
  return seconds;
}
