import type { ServerResponse } from 'node:http';
import type { EventSummary } from '@dormouse/eventing/event-summary';
import { listedEvent } from './listed-event.ts';
import type { ConsoleSources } from './sources.ts';

const lookMs = 300;
const beatTurns = 50;
const maxEventsPerMessage = 100;

/**
 * Server-sent events for the live pages: `services` (the array of `/api/services`) at once and whenever it changed, `event`
 * (one entry of `/api/events`) for each event whose way changed. Changes are looked for a few times a second and only
 * while somebody listens; of many changed events only the newest are sent.
 */
export function liveStream(response: ServerResponse, { services, brokers }: ConsoleSources): void {
  const changed = new Map<number, EventSummary>();
  let last = '';
  let turn = 0;

  const look = () => {
    const now = JSON.stringify(services());
    if (now !== last) response.write(`event: services\ndata: ${now}\n\n`);
    last = now;
    for (const event of [...changed.values()].slice(-maxEventsPerMessage))
      response.write(`event: event\ndata: ${JSON.stringify(listedEvent(event))}\n\n`);
    changed.clear();
    if (++turn % beatTurns === 0) response.write(': here\n\n');
  };

  response.write('retry: 1000\n\n');
  look();
  const timer = setInterval(look, lookMs);
  const unwatch = brokers.watch((event) => changed.set(event.sequence, event));
  response.on('close', () => {
    clearInterval(timer);
    unwatch();
  });
}
