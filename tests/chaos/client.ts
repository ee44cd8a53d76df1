import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from './ledger.ts';

export interface Reply {
  status: number;
  etag: string;
  body: { id?: number; title?: string; content?: string; token?: string };
}

/** Somebody who is logged in, also after a quarter of an hour. */
export interface Client {
  /** Registers and logs in. */
  begin(): Promise<void>;
  /** A write. `unknown`: it may have happened, or may yet. `not done`: it did not and will not. */
  write(
    method: string,
    path: string,
    body: unknown,
    headers: Record<string, string>,
  ): Promise<Reply | 'unknown' | 'not done'>;
  /** Asks again until one of these statuses is the answer; undefined when the load ends before. */
  ask(method: string, path: string, statuses: readonly number[], body?: unknown): Promise<Reply | undefined>;
}

export interface ClientOptions {
  ledger: Ledger;
  url: string;
  name: string;
  going: () => boolean;
}

const timeoutMs = 8_000;

/** A client with an account of its own. */
export function clientOf({ ledger, url, name, going }: ClientOptions): Client {
  const password = 'correct horse battery';
  let token = '';
  const login = async () => {
    token = '';
    token = (await client.ask('POST', '/api/login', [200], { username: name, password }))?.body.token ?? '';
  };

  /** @returns undefined when there was no answer */
  const send = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply | undefined> => {
    const own = {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const init = { method, headers: { ...own, ...headers }, ...(body !== undefined && { body: JSON.stringify(body) }) };
    return ledger.during(async () => {
      try {
        const response = await fetch(url + path, { ...init, signal: AbortSignal.timeout(timeoutMs) });
        const text = await response.text();
        return {
          status: response.status,
          etag: response.headers.get('etag') ?? '',
          body: (text.startsWith('{') ? JSON.parse(text) : {}) as Reply['body'],
        };
      } catch {
        return undefined;
      }
    });
  };

  const client: Client = {
    async begin() {
      await client.ask('POST', '/api/register', [201, 409], { username: name, email: `${name}@example.org`, password });
      await login();
    },
    async write(method, path, body, headers) {
      const began = performance.now();
      const response = await send(method, path, body, headers);
      if (!response || response.status >= 500) {
        ledger.ambiguous++;
        return 'unknown';
      }
      if (response.status === 401) await login();
      if (response.status === 429) await sleep(1_000);
      if (response.status === 401 || response.status === 429) return 'not done';
      if (response.status < 300) {
        ledger.acknowledgedWrites++;
        ledger.acknowledge(began);
      }
      return response;
    },
    async ask(method, path, statuses, body) {
      for (; ; await sleep(250)) {
        const response = await send(method, path, body);
        if (response && statuses.includes(response.status)) return response;
        if (!going()) return undefined;
        if (response?.status === 401 && token) await login();
        if (response?.status === 429) await sleep(5_000);
      }
    },
  };
  return client;
}
