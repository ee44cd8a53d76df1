import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@dormouse/backing/postgres';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser's connection string of a PostgreSQL that lives as long as the test run. */
    postgresUrl: string;
  }
}

interface Server {
  url: string;
  stop(): Promise<void>;
}

/** One server for all projects of a run: each of them loads this module anew. */
const shared = globalThis as { testPostgres?: { server: Promise<Server>; users: number } };

/** One real PostgreSQL for all tests of a run; TEST_DATABASE_URL, where set, is used instead. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TEST_DATABASE_URL;
  const used = (shared.testPostgres ??= { server: given ? outside(given) : started(), users: 0 });
  used.users++;
  const { url, stop } = await used.server;
  project.provide('postgresUrl', url);
  return async () => {
    used.users--;
    if (used.users > 0) return;
    delete shared.testPostgres;
    await stop();
  };
}

const outside = async (url: string): Promise<Server> => ({ url, stop: async () => {} });

async function started(): Promise<Server> {
  const home = mkdtempSync(join(tmpdir(), 'dormouse-test-'));
  const server = await startPostgres({ home: join(home, 'postgres'), settings: ['fsync=off'] });
  return {
    url: server.url,
    async stop() {
      await server.stop();
      if (server.outside) rmSync(server.outside, { recursive: true, force: true });
      rmSync(home, { recursive: true, force: true });
    },
  };
}
