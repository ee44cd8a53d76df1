import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';

export interface RequestsOptions {
  count: number;
  /** Under way at the same time. */
  together: number;
  /** Of each client between two, in milliseconds. */
  pauseMs?: number;
  /** Told of every answer. */
  seen?: (headers: Record<string, string | string[] | undefined>) => void;
}

/** Sends GET requests from several clients, each one after the other, and counts the answers by status; by the error's words where there was none. */
export async function statusesOf(url: string, { count, together, pauseMs = 0, seen = () => {} }: RequestsOptions): Promise<Record<string, number>> {
  const agent = new Agent({ connections: together });
  const { origin, pathname, search } = new URL(url);
  const counted: Record<string, number> = {};
  let left = count;
  const one = async () => {
    const { statusCode, headers, body } = await agent.request({ origin, path: pathname + search, method: 'GET' });
    await body.dump();
    seen(headers);
    return String(statusCode);
  };
  const client = async () => {
    while (left-- > 0) {
      const status = await one().catch((error: Error) => error.message);
      counted[status] = (counted[status] ?? 0) + 1;
      if (pauseMs) await sleep(pauseMs);
    }
  };
  await Promise.all(Array.from({ length: together }, client));
  await agent.close();
  return counted;
}
