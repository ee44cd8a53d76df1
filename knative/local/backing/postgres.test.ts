import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Postgres, startPostgres } from './postgres.ts';

let home: string;
let servers: Postgres[];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'dormouse-postgres-'));
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await server.stop();
  for (const { outside } of servers) if (outside) rmSync(outside, { recursive: true, force: true });
  rmSync(home, { recursive: true, force: true });
});

async function start(patienceMs: number): Promise<Postgres> {
  const server = await startPostgres({ home: join(home, 'postgres'), patienceMs });
  servers.push(server);
  return server;
}

it.each([
  ['answers', false],
  ['does not hear that it should end', true],
])('a server that was left behind and %s gives way, and what it had committed is there', async (_, deaf) => {
  const left = await start(0);
  const before = postgres(left.url, { max: 1, onnotice: () => {} });
  await before`CREATE TABLE kept AS SELECT 42 AS n`;
  if (deaf) process.kill(left.pid, 'SIGSTOP');
  const next = await start(deaf ? 300 : 10_000);
  await left.exited;
  await before.end({ timeout: 1 });
  const after = postgres(next.url, { max: 1 });
  expect(await after`SELECT n FROM kept`).toEqual([{ n: 42 }]);
  await after.end({ timeout: 1 });
});
