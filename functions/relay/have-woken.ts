import type { Logger } from '@dormouse/runtime/log';

/** A function that sleeps until something of it is due. */
export interface Sleeper {
  name: string;
  /** When it has something to do next, milliseconds since 1970; undefined when it has not, or that cannot be told. */
  due: () => Promise<number | undefined>;
  /** Has it do what is due. */
  wake: () => Promise<void>;
}

export interface WakingOptions {
  sleepers: readonly Sleeper[];
  log: Pick<Logger, 'warn'>;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** Wakes each function of which something is due, so that none is woken to find that there is nothing to do. Never rejects. */
export async function haveWoken({ sleepers, log, now = Date.now }: WakingOptions): Promise<void> {
  const look = async ({ name, due, wake }: Sleeper) => {
    try {
      const at = await due();
      if (at !== undefined && at <= now()) await wake();
    } catch (error) {
      log.warn({ error, function: name }, 'a function cannot be woken');
    }
  };
  await Promise.all(sleepers.map(look));
}
