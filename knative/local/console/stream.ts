import type { EventSummary } from '@dormouse/eventing/event-summary';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { listedEvent } from './listed-event.ts';
import type { ConsoleSources } from './sources.ts';

const lookMs = 300;
const reconnectMs = 1_000;
const beatTurns = 50;
const maxEventsPerMessage = 100;

/**
 * Server-sent events for the live pages: `services` (the array of `/api/services`) at once and whenever it changed,
 * `event` (one entry of `/api/events`) for each event whose way changed, `alerts` when rules were evaluated. Changes are looked for a few times a second and
 * only while somebody listens; of many changed events only the newest are sent.
 */
export function liveStream(c: Context, { services, brokers, alerting }: ConsoleSources): Response {
  if (c.req.method === 'HEAD') return c.body(null, 200, { 'content-type': 'text/event-stream' });
  const response = streamSSE(c, async (stream) => {
    const changed = new Map<number, EventSummary>();
    let last = '';
    let round = alerting?.()?.round?.number;
    stream.onAbort(brokers.watch((event) => changed.set(event.sequence, event)));
    for (let turn = 1; !stream.aborted; turn++) {
      const now = JSON.stringify(services());
      if (now !== last) await stream.writeSSE({ event: 'services', data: now, retry: reconnectMs });
      last = now;
      const evaluated = alerting?.()?.round?.number;
      if (evaluated !== round) await stream.writeSSE({ event: 'alerts', data: String(evaluated) });
      round = evaluated;
      const events = [...changed.values()].slice(-maxEventsPerMessage);
      changed.clear();
      for (const event of events) await stream.writeSSE({ event: 'event', data: JSON.stringify(listedEvent(event)) });
      if (turn % beatTurns === 0) await stream.write(': here\n\n');
      await stream.sleep(lookMs);
    }
  });
  // streamSSE has its own, weaker one.
  response.headers.set('cache-control', 'no-store');
  return response;
}
