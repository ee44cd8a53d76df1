import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sending } from '@dormouse/testing/send';
import { family } from '../bench/processes.ts';
import { database } from '../chaos/observe.ts';
import { signed } from '../event-keys.ts';
import { brokerUrl, type RunningPlatform } from '../platform.ts';
import type { Stack } from './stack.ts';

export interface Site {
  platform: RunningPlatform;
  stack: Stack;
}

const isPostgres = /^postgres:|\/postgres -D/;

/** Every process of the platform's PostgreSQL. */
export const postgresOf = ({ pid }: RunningPlatform): { pid: number }[] =>
  family(pid).filter(({ command }) => isPostgres.test(command));

/** The platform's own Redis, where it has one. */
export const redisOf = ({ pid }: RunningPlatform): { pid: number }[] =>
  family(pid).filter(({ command }) => command.includes('redis-server'));

/** SIGKILL. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** PostgreSQL as it is now, with all of its processes. */
export function killDatabase(platform: RunningPlatform): void {
  for (const { pid } of postgresOf(platform)) kill(pid);
}

/** Kills PostgreSQL whenever it has been started again, until it is over. */
export async function keepDatabaseDown(platform: RunningPlatform, over: AbortSignal): Promise<void> {
  for (; !over.aborted; await sleep(100)) killDatabase(platform);
}

/** The Broker's disk is full until it is over; of a platform on a disk that can be broken. */
export async function fillBrokersDisk(platform: RunningPlatform, over: AbortSignal): Promise<void> {
  platform.tell({ state: 'full' });
  await until(over);
  platform.tell({ state: 'well' });
}

/** Does nothing until it is over. */
export async function until(over: AbortSignal): Promise<void> {
  while (!over.aborted) await sleep(100);
}

/** Takes a table away, and brings it back in the end. */
export async function hideTable({ platform }: Pick<Site, 'platform'>, table: string, over: AbortSignal): Promise<void> {
  const sql = database(platform.home);
  const [schema, name] = table.split('.') as [string, string];
  await sql`ALTER TABLE ${sql(schema)}.${sql(name)} RENAME TO mislaid`;
  await until(over);
  await sql`ALTER TABLE ${sql(schema)}.mislaid RENAME TO ${sql(name)}`;
  await sql.end();
}

/** Events of a kind that categories counts, of posts that nobody wrote. */
export async function sendPostsNobodyWrote({ platform }: Site, count: number): Promise<void> {
  const send = await sendingAsPosts(platform);
  const at = '2026-03-02T19:05:12.345Z';
  const category = { id: 1, name: 'Trials', slug: 'trials' };
  const post = {
    version: 1,
    slug: 'crowd',
    title: 'Crowd',
    author: 'nobody',
    status: 'draft',
    category,
    created_at: at,
    updated_at: at,
  };
  for (let id = 1_000_001; id <= 1_000_000 + count; id++) await send(`post/${id}`, { ...post, id });
}

/** Sends events of new posts, signed as the platform's posts does. */
async function sendingAsPosts(platform: RunningPlatform) {
  const send = sending(await brokerUrl(platform));
  const keys = readFileSync(join(platform.home, 'secrets/posts-event-signing/EVENT_SIGNING_KEYS'), 'utf8');
  return (subject: string, data: unknown) => {
    const time = new Date().toISOString();
    const event = { id: randomUUID(), type: 'dev.dormouse.post.created.v1', source: '/posts', subject, time, data };
    return send(signed(event, keys));
  };
}

/** Sends one event that categories cannot read. */
export const sendUnreadable = async (platform: RunningPlatform) =>
  (await sendingAsPosts(platform))('post/nine', { id: 'nine' });

export async function deadLetter({ platform }: Site, over: AbortSignal): Promise<void> {
  await sendUnreadable(platform);
  await until(over);
}

/** Programs stand still until it is over. */
export async function pausePrograms(
  programs: readonly ({ pid: number } | undefined)[],
  over: AbortSignal,
): Promise<void> {
  const tell = (signal: NodeJS.Signals) => {
    for (const each of programs) if (each) process.kill(each.pid, signal);
  };
  tell('SIGSTOP');
  await until(over);
  tell('SIGCONT');
}
