import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';

export interface Load {
  /** At least so many requests. */
  count: number;
  /** So many at a time. */
  together?: number;
  /** The load goes on until this has come to its end. */
  during?: Promise<unknown>;
}

const pauseMs = 10;

/** Asks for `url` over connections that are kept; answers how often which status or error came. */
export async function steadyLoad(url: string, { count, together = 10, during }: Load): Promise<Record<string, number>> {
  const agent = new Agent({ connections: together });
  const counted: Record<string, number> = {};
  let [begun, over] = [0, during === undefined];
  void during?.catch(() => {}).finally(() => (over = true));
  const client = async () => {
    while (begun++ < count || !over) {
      const answer = await agent.request({ origin: new URL(url).origin, path: new URL(url).pathname, method: 'GET' }).then(
        async ({ statusCode, body }) => {
          await body.dump();
          return String(statusCode);
        },
        (error: Error) => error.message,
      );
      counted[answer] = (counted[answer] ?? 0) + 1;
      await sleep(pauseMs);
    }
  };
  await Promise.all(Array.from({ length: together }, client));
  await agent.close();
  return counted;
}
