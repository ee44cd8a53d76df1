import { setTimeout as sleep } from 'node:timers/promises';
import { counted } from '../overlays/chaos/functions/recorder/counted.ts';
import type { Ledger, Stream } from './ledger.ts';

export interface EventLoadOptions {
  ledger: Ledger;
  /** The Broker's address now; it changes when the platform starts again. */
  broker: () => string;
  streams: number;
  batch: number;
  /** Events a second, of all streams. */
  rate: number;
  going: () => boolean;
}

const timeoutMs = 8_000;

/** Sends numbered events to the Broker until told to stop: a batch at a time per subject, again and again until it is acknowledged. */
export async function sendEvents({ ledger, broker, streams, batch, rate, going }: EventLoadOptions): Promise<void> {
  const all = Array.from({ length: streams }, (_, n): Stream => ({ subject: `stream/${n}`, acknowledged: 0, sent: 0 }));
  ledger.streams.push(...all);
  const pauseMs = (1_000 * streams * batch) / rate;
  await Promise.all(all.map((stream, n) => sleep((pauseMs * n) / streams).then(() => sendStream(stream))));

  async function sendStream(stream: Stream): Promise<void> {
    while (going()) {
      const began = performance.now();
      stream.sent = stream.acknowledged + batch;
      const body = JSON.stringify(
        Array.from({ length: batch }, (_, i) => eventOf(stream, stream.acknowledged + 1 + i)),
      );
      for (let tries = 0; ; tries++) {
        const at = performance.now();
        if (await ledger.during(() => accepted(broker, body))) {
          stream.acknowledged = stream.sent;
          ledger.acknowledge(at);
          break;
        }
        if (tries === 0) ledger.retriedBatches++;
        if (!going()) return;
        await sleep(100);
      }
      await sleep(Math.max(1, pauseMs - (performance.now() - began)));
    }
  }
}

async function accepted(broker: () => string, body: string): Promise<boolean> {
  try {
    const headers = { 'content-type': 'application/cloudevents-batch+json' };
    const response = await fetch(broker(), { method: 'POST', headers, body, signal: AbortSignal.timeout(timeoutMs) });
    await response.arrayBuffer();
    return response.status === 202;
  } catch {
    return false;
  }
}

const eventOf = ({ subject }: Stream, number: number) => ({
  specversion: '1.0',
  id: `${subject}-${number}`,
  type: counted.type,
  source: counted.source,
  subject,
  time: new Date().toISOString(),
  datacontenttype: 'application/json',
  data: number,
});
