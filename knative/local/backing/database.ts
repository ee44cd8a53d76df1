import { setTimeout as sleep } from 'node:timers/promises';
import { type Postgres, startPostgres } from './postgres.ts';

/** The platform's database: the user's own server, or one that the platform starts, and restarts when it dies. */
export interface Database {
  /** Superuser's URL. */
  url: string;
  /** Changes with a new data directory; undefined when unknown. */
  identity: string | undefined;
  pid(): number | undefined;
  stop(): Promise<void>;
}

export interface DatabaseOptions {
  /** Folder of the server's data. */
  home: string;
  /** DATABASE_URL, where set. */
  url: string | undefined;
  progress: (line: string) => void;
  /** Called when the server died and when it is back. */
  say: (line: string) => void;
}

export async function openDatabase({ home, url, progress, say }: DatabaseOptions): Promise<Database> {
  if (url) return { url, identity: undefined, pid: () => undefined, stop: async () => {} };
  let server = await startPostgres({ home, progress });
  let stopping = false;
  const { port } = server;
  const supervised = (async () => {
    while (!stopping) {
      await server.exited;
      if (stopping) return;
      say('PostgreSQL ended unexpectedly and is started again');
      const again = await restart(home, port, () => stopping, say);
      if (!again) return;
      server = again;
      say('PostgreSQL is back');
    }
  })();
  return {
    url: server.url,
    identity: new URL(server.url).password,
    pid: () => server.pid,
    async stop() {
      stopping = true;
      await server.stop();
      await supervised;
      await server.stop();
    },
  };
}

/** Restarts at the same address, so that functions reconnect. */
async function restart(
  home: string,
  port: number,
  stopping: () => boolean,
  say: (line: string) => void,
): Promise<Postgres | undefined> {
  for (let pause = 100; !stopping(); pause = Math.min(5_000, pause * 2)) {
    try {
      return await startPostgres({ home, port });
    } catch (error) {
      say(`PostgreSQL does not start: ${(error as Error).message}`);
      await sleep(pause);
    }
  }
  return undefined;
}
