import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';

export interface RequestsOptions {
  /** At least so many. */
  count: number;
  /** Under way at the same time. */
  together: number;
  /** Of each client between two, in milliseconds. */
  pauseMs?: number;
  /** They go on until this has come to its end; what it is rejected with, they are. */
  during?: Promise<unknown>;
}

/** Sends GET requests from several clients, each one after the other, and counts the answers by status; by the error's words where there was none. */
export async function statusesOf(
  url: string,
  { count, together, pauseMs = 0, during }: RequestsOptions,
): Promise<Record<string, number>> {
  const agent = new Agent({ connections: together });
  const { origin, pathname, search } = new URL(url);
  const counted: Record<string, number> = {};
  let [begun, over] = [0, during === undefined];
  void during?.catch(() => {}).finally(() => (over = true));
  const one = async () => {
    const { statusCode, body } = await agent.request({ origin, path: pathname + search, method: 'GET' });
    await body.dump();
    return String(statusCode);
  };
  const client = async () => {
    while (begun++ < count || !over) {
      const status = await one().catch((error: Error) => error.message);
      counted[status] = (counted[status] ?? 0) + 1;
      if (pauseMs) await sleep(pauseMs);
    }
  };
  await Promise.all(Array.from({ length: together }, client));
  await agent.close();
  await during;
  return counted;
}
