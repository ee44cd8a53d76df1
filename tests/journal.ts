import { blogAt, type Problem } from './blog.ts';

/** The journal's API as an operator uses it; lists are newest first. */
export interface Journal {
  events(query: Query): Promise<ArchivedEvent[]>;
  /** An archived event with all its attributes and data. */
  event(position: number): Promise<ArchivedEvent & { attributes: Record<string, string>; data: unknown }>;
  deadLetters(query: Query): Promise<DeadLetter[]>;
  /** Redrives dead letters, and waits until that is over. */
  redrive(...numbers: number[]): Promise<Redrive>;
}

/** `type`, `subject`, `trace`, …, and for dead letters `trigger` and `state` (open unless given). */
export type Query = Readonly<Record<string, string>>;

export interface ArchivedEvent {
  position: number;
  id: string;
  type: string;
  source: string;
  subject: string | null;
  trace_id: string | null;
}

export interface DeadLetter {
  number: number;
  event: { id: string; type: string; subject: string | null };
  trigger: string | null;
  status: number | null;
  cause: string;
  trace_id: string | null;
  state: 'open' | 'redriven';
  redrives: number;
}

export interface Redrive {
  id: string;
  state: string;
  total: number;
  done: number;
  failed: number;
}

/**
 * @param token an access token of role operator or admin
 * @param pass lets a little time pass
 */
export function journalAt(url: string, token: string, pass: () => Promise<unknown>): Journal {
  const { call } = blogAt(url);
  const ask = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const response = await call<T | Problem>(method, `/api/journal/${path}`, {
      headers: { authorization: `Bearer ${token}` },
      ...(body && { body }),
    });
    if (response.status >= 300)
      throw new Error(`${method} /api/journal/${path}: ${response.status} ${JSON.stringify(response.body)}`);
    return response.body as T;
  };
  return {
    events: (query) => ask('GET', `events?${new URLSearchParams(query)}`),
    event: (position) => ask('GET', `events/${position}`),
    deadLetters: (query) => ask('GET', `dead-letters?${new URLSearchParams(query)}`),
    async redrive(...numbers) {
      let job = await ask<Redrive>('POST', 'redrives', { numbers });
      for (; job.state === 'running'; job = await ask<Redrive>('GET', `redrives/${job.id}`)) await pass();
      return job;
    },
  };
}
