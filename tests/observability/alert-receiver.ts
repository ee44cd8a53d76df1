import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

interface Alert {
  status: 'firing' | 'resolved';
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** A notification, as Alertmanager's webhooks have it. */
interface AlertMessage {
  version: string;
  status: 'firing' | 'resolved';
  receiver: string;
  alerts: readonly Alert[];
}

/** One alert of a notification. */
export interface Notified extends Alert {
  receiver: string;
  /** When it came, in ms. */
  atMs: number;
}

export interface AlertReceiver {
  url: string;
  /** What it was told so far, in the order in which it came: notifications, and the alerts in them. */
  messages: readonly AlertMessage[];
  notified: readonly Notified[];
  close(): void;
}

/** Somebody who is told of alerts by webhook. */
export async function openAlertReceiver(): Promise<AlertReceiver> {
  const messages: AlertMessage[] = [];
  const notified: Notified[] = [];
  const server = createServer(async (request, response) => {
    const message = (await json(request)) as AlertMessage;
    const { receiver, alerts } = message;
    messages.push(message);
    notified.push(...alerts.map((alert) => ({ ...alert, receiver, atMs: Date.now() })));
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, messages, notified, close };
}
