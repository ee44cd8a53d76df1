import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventSigner, type SignEvent } from '@dormouse/runtime/event-signer';
import { request } from 'undici';
import { counted } from '../overlays/chaos/functions/recorder/counted.ts';
import type { Ledger, Stream } from './ledger.ts';

export interface EventLoadOptions {
  ledger: Ledger;
  /** Takes a batch: the Broker itself, or an outbox before it. */
  accept: (batch: Batch) => Promise<boolean>;
  streams: number;
  batch: number;
  /** Events a second, of all streams. */
  rate: number;
  going: () => boolean;
}

/** Numbered events of a subject, `first` to `last`. */
export interface Batch {
  subject: string;
  first: number;
  last: number;
}

const timeoutMs = 8_000;

/** Sends numbered events until told to stop: a batch at a time per subject, again and again until it is acknowledged. */
export async function sendEvents({ ledger, accept, streams, batch, rate, going }: EventLoadOptions): Promise<void> {
  const all = Array.from({ length: streams }, (_, n): Stream => ({ subject: `stream/${n}`, acknowledged: 0, sent: 0 }));
  ledger.streams.push(...all);
  const pauseMs = (1_000 * streams * batch) / rate;
  await Promise.all(all.map((stream, n) => sleep((pauseMs * n) / streams).then(() => sendStream(stream))));

  async function sendStream(stream: Stream): Promise<void> {
    while (going()) {
      const began = performance.now();
      stream.sent = stream.acknowledged + batch;
      const numbers = { subject: stream.subject, first: stream.acknowledged + 1, last: stream.sent };
      for (let tries = 0; ; tries++) {
        const at = performance.now();
        if (await ledger.during(() => accept(numbers))) {
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

/** Signs as the recorder does in the platform that has this home. */
export const signerIn = (home: string): SignEvent =>
  eventSigner(readFileSync(join(home, 'secrets/recorder-event-signing/EVENT_SIGNING_KEYS'), 'utf8'));

/** Sends batches to the Broker. @param broker its address now; it changes when the platform starts again */
export const toBroker =
  (broker: () => string, sign: SignEvent): EventLoadOptions['accept'] =>
  ({ subject, first, last }) => {
    const events = Array.from({ length: last - first + 1 }, (_, i) => {
      const event = eventOf(subject, first + i);
      return { ...event, dssematerial: sign({ ...event, data: JSON.stringify(event.data) }) };
    });
    return posted(broker(), { type: 'application/cloudevents-batch+json' }, events, 202);
  };

/** Has the recorder emit batches, through its outbox. @param more headers, where the way to it needs any */
export const toOutbox =
  (url: string, more: Readonly<Record<string, string>> = {}): EventLoadOptions['accept'] =>
  ({ subject, last }) =>
    posted(`${url}/chaos/emit`, { type: 'application/json', ...more }, { subject, last }, 204);

async function posted(
  url: string,
  { type, ...more }: { type: string } & Record<string, string>,
  body: object,
  wanted: number,
): Promise<boolean> {
  try {
    const headers = { 'content-type': type, ...more };
    const signal = AbortSignal.timeout(timeoutMs);
    // fetch gives no request another host than its address names.
    const response = await request(url, { method: 'POST', headers, body: JSON.stringify(body), signal });
    await response.body.dump();
    return response.statusCode === wanted;
  } catch {
    return false;
  }
}

const eventOf = (subject: string, number: number) => ({
  specversion: '1.0',
  id: `${subject}-${number}`,
  type: counted.type,
  source: counted.source,
  subject,
  time: new Date().toISOString(),
  datacontenttype: 'application/json',
  data: number,
});
