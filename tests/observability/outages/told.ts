import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ToldAlert {
  name: string;
  /** When somebody was first told of it, and when of its end; milliseconds since the epoch. */
  firstMs: number;
  endedMs: number | undefined;
}

export interface Told {
  /** For ALERT_WEBHOOK. */
  url: string;
  /** By name, in the order in which they came. */
  alerts(): ToldAlert[];
  close(): void;
}

interface Message {
  alerts: { status: 'firing' | 'resolved'; labels: { alertname: string } }[];
}

/** Whoever is to be told of alerts: receives the platform's webhooks. The watchdog, which always fires, is left out. */
export async function openTold(): Promise<Told> {
  const known = new Map<string, ToldAlert>();
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const part of request.setEncoding('utf8')) text += part;
    response.end();
    for (const { status, labels } of (JSON.parse(text) as Message).alerts) {
      const { alertname: name } = labels;
      if (name === 'Watchdog') continue;
      const alert = known.get(name) ?? { name, firstMs: Date.now(), endedMs: undefined };
      alert.endedMs = status === 'resolved' ? Date.now() : undefined;
      known.set(name, alert);
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    alerts: () => [...known.values()],
    close: () => void server.close(),
  };
}
