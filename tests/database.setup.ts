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

/** One real PostgreSQL for all tests of a run; DATABASE_URL, where set, is used instead. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TEST_DATABASE_URL;
  if (given) {
    project.provide('postgresUrl', given);
    return async () => {};
  }
  const home = mkdtempSync(join(tmpdir(), 'dormouse-test-'));
  const server = await startPostgres({ home: join(home, 'postgres'), settings: ['fsync=off'] });
  project.provide('postgresUrl', server.url);
  return async () => {
    await server.stop();
    if (server.outside) rmSync(server.outside, { recursive: true, force: true });
    rmSync(home, { recursive: true, force: true });
  };
}
