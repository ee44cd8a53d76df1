import type { api } from '@dormouse/journal/api';
import type { QueryOf, ResponseOf } from '@dormouse/runtime/api';
import { apiClient } from '@dormouse/runtime/api-client';
import { bodyOf } from './body-of.ts';
import { sendTo } from './send-to.ts';

/** The journal's API as an operator uses it; lists are newest first. */
export interface Journal {
  events(query: QueryOf<typeof api.events>): Promise<ResponseOf<typeof api.events, 200>>;
  /** An archived event with all its attributes and data. */
  event(position: number): Promise<ResponseOf<typeof api.event, 200>>;
  deadLetters(query: QueryOf<typeof api.deadLetters>): Promise<DeadLetter[]>;
  /** Redrives dead letters, and waits until that is over. */
  redrive(...numbers: number[]): Promise<ResponseOf<typeof api.getRedrive, 200>>;
}

export type DeadLetter = ResponseOf<typeof api.deadLetters, 200>[number];

/**
 * @param token an access token of role operator or admin
 * @param pass lets a little time pass
 */
export function journalAt(url: string, token: string, pass: () => Promise<unknown>): Journal {
  const journal = apiClient<typeof api>(sendTo(url));
  return {
    events: async (query) => bodyOf(await journal('GET /api/journal/events', { token, query })),
    event: async (position) =>
      bodyOf(await journal('GET /api/journal/events/:position', { token, params: { position } })),
    deadLetters: async (query) => bodyOf(await journal('GET /api/journal/dead-letters', { token, query })),
    async redrive(...numbers) {
      const { id } = bodyOf(await journal('POST /api/journal/redrives', { token, body: { numbers } }));
      for (;;) {
        const job = bodyOf(await journal('GET /api/journal/redrives/:id', { token, params: { id } }));
        if (job.state !== 'running') return job;
        await pass();
      }
    },
  };
}
