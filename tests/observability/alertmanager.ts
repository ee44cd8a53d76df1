import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { alertmanagerConfiguration } from '@dormouse/monitoring/alertmanager-configuration';
import { freePort } from '@dormouse/serving/process/free-port';
import { type Child, startChild } from './child.ts';

const root = join(import.meta.dirname, '../..');

/** One alert of a notification. */
export interface Notified {
  receiver: string;
  status: 'firing' | 'resolved';
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** When it came, in ms. */
  atMs: number;
}

export interface RunningAlertmanager extends Child {
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** What its receivers were told so far. */
  notified: readonly Notified[];
}

/** Alertmanager with the project's routes and inhibitions; what it would tell people it tells the caller. */
export async function startAlertmanager(path: string, home: string): Promise<RunningAlertmanager> {
  const notified: Notified[] = [];
  const server = createServer(async (request, response) => {
    const { receiver, alerts } = (await new Response(request as never).json()) as {
      receiver: string;
      alerts: Omit<Notified, 'receiver' | 'atMs'>[];
    };
    notified.push(...alerts.map((alert) => ({ ...alert, receiver, atMs: Date.now() })));
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const hook = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

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
    server.closeAllConnections();
    server.close();
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
