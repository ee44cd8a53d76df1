import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { outsideOf } from '@dormouse/backing/postgres';
import { createBackup } from '@dormouse/backup/create-backup';
import { differencesBetween } from '@dormouse/backup/differences';
import { folderPlace } from '@dormouse/backup/folder-place';
import { type Manifest, partsOf } from '@dormouse/backup/manifest';
import { nowhere } from '@dormouse/backup/nowhere';
import { openBackup } from '@dormouse/backup/open-backup';
import { isCheckpoint } from '@dormouse/cli/backup/events-store';
import { storesOf } from '@dormouse/cli/backup/stores';
import postgres from 'postgres';
import { blogAt } from '../blog.ts';
import { eventually, type RunningPlatform, removeHome, runPlatform } from '../platform.ts';
import type { DrillOptions, DrillReport } from './options.ts';
import { type Acknowledged, startWriters, type Writers } from './writers.ts';

const root = join(import.meta.dirname, '../..');
/** The relay, which sends what was still in an outbox, is woken once a minute. */
const catchUpSeconds = 300;

/**
 * Backs a platform of its own up while it is written to, kills it and deletes its home, restores the backup, compares the two, starts the
 * restored home and looks for everything that was acknowledged.
 */
export async function drill(options: DrillOptions, say: (line: string) => void): Promise<DrillReport> {
  const work = mkdtempSync(join(tmpdir(), 'dormouse drill '));
  chmodSync(work, 0o755); // PostgreSQL's user has to enter it
  const home = join(work, 'restored home');
  const place = join(work, 'backups');
  try {
    const destroyed = await untilDestroyed({ ...options, place, say });
    const restoring = performance.now();
    await dormouse(['restore', place, '--into', home]);
    const restoreMs = performance.now() - restoring;
    say(`restored within ${Math.round(restoreMs)} ms`);
    const comparing = performance.now();
    const { manifest } = await openBackup({ place: folderPlace(place) });
    const differences = differencesBetween(manifest, await contentOf(home), isCheckpoint);
    const comparedMs = performance.now() - comparing;
    say(`compared with the backup: ${differences.length} differences`);
    const platform = await runPlatform({ home });
    try {
      await eventually(
        () => blogAt(platform.url).call('GET', '/blog/api/posts?limit=1'),
        ({ status }) => status === 200,
      );
      const rtoMs = performance.now() - restoring - comparedMs;
      say(`the blog answers ${Math.round(rtoMs)} ms after the begin of the restore`);
      const found = await lookAround(platform, destroyed);
      return { ...found, ...sizesOf(manifest), ...destroyed.times, differences, rtoMs, restoreMs };
    } finally {
      await platform.stop();
    }
  } finally {
    rmSync(outsideOf(join(home, 'postgres')), { recursive: true, force: true });
    rmSync(work, { recursive: true, force: true });
  }
}

interface Destroyed {
  account: Writers['account'];
  acknowledged: Acknowledged[];
  /** Of the backup, in milliseconds since 1970. */
  moment: number;
  times: { backupMs: number; rpoMs: number };
}

/** Load, a backup meanwhile, more load; then the platform and its database are killed and the home is gone. */
async function untilDestroyed({
  seconds,
  authors,
  place,
  say,
}: DrillOptions & { place: string; say: (line: string) => void }): Promise<Destroyed> {
  const platform = await runPlatform();
  try {
    const writers = await startWriters({ url: platform.url, home: platform.home, root }, authors);
    say(`${authors} authors write, and one stores pictures`);
    await sleep(seconds * 1000);
    const began = performance.now();
    const made = await dormouse(['backup', 'create', place, '--home', platform.home, '--plain-keys', '--json']);
    const backupMs = performance.now() - began;
    const moment = Date.parse((JSON.parse(made) as { moment: string }).moment);
    say(`backed up within ${Math.round(backupMs)} ms, as of ${new Date(moment).toISOString()}`);
    await sleep(seconds * 1000);
    const ended = Date.now();
    await destroy(platform);
    say('killed, and its home deleted');
    const acknowledged = await writers.stop();
    return { account: writers.account, acknowledged, moment, times: { backupMs, rpoMs: ended - moment } };
  } finally {
    await destroy(platform);
  }
}

/** kill -9 of the platform and its database, then its home is gone. */
async function destroy({ kill, home }: RunningPlatform): Promise<void> {
  await kill();
  for (const folder of [join(home, 'postgres'), outsideOf(join(home, 'postgres'))]) {
    const file = join(folder, 'data/postmaster.pid');
    if (existsSync(file)) end(Number(readFileSync(file, 'utf8').split('\n', 1)[0]));
  }
  await sleep(500); // its processes notice
  removeHome(home);
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended
  }
}

async function contentOf(home: string): Promise<Manifest> {
  const stores = storesOf({
    home,
    databaseUrl: undefined,
    root,
    hasKeys: true,
    isRunning: false,
    progress: () => {},
  });
  return createBackup({ place: nowhere, stores, version: '', signal: new AbortController().signal });
}

function sizesOf(manifest: Manifest): Pick<DrillReport, 'tables' | 'rows' | 'files'> {
  const { database } = manifest.stores;
  const tables = database?.kind === 'database' ? database.tables : [];
  return {
    tables: tables.length,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    files: partsOf(manifest).length - tables.length,
  };
}

type Found = Omit<
  DrillReport,
  keyof Destroyed['times'] | 'differences' | 'rtoMs' | 'restoreMs' | 'tables' | 'rows' | 'files'
>;

/** What a restored platform has of what was acknowledged; whether people can still log in and write. */
async function lookAround(platform: RunningPlatform, { account, acknowledged, moment }: Destroyed): Promise<Found> {
  const { url, home } = platform;
  const found = { missing: 0, changed: 0, lost: 0 };
  for (const each of acknowledged) {
    const state = await each.look(url);
    if (each.at >= moment) found.lost += state === 'there' ? 0 : 1;
    else if (state !== 'there') found[state]++;
  }
  const before = acknowledged.filter(({ at }) => at < moment);
  await writeOnce(url, account);
  const subjects = before.flatMap(({ subject }) => subject ?? []);
  return {
    ...found,
    acknowledged: { before: before.length, after: acknowledged.length - before.length },
    unarchived: await unarchivedOf(home, subjects),
    countsAreRight: await countsBecomeRight(platform),
  };
}

/** @throws Error when an account of before cannot log in and write */
async function writeOnce(url: string, { name, password }: Writers['account']): Promise<void> {
  const blog = blogAt(url);
  const { body } = await blog.call<{ token: string }>('POST', '/api/login', { body: { username: name, password } });
  const { status, body: answer } = await blog.call('POST', '/blog/api/posts', {
    headers: { authorization: `Bearer ${body.token}` },
    body: { title: 'After the restore', content: 'x', category_name: 'General', status: 'draft' },
  });
  if (status !== 201) throw new Error(`nothing can be written after the restore: ${status} ${JSON.stringify(answer)}`);
}

/** How many subjects have no event in the journal, once the relay has sent what waited in outboxes. */
async function unarchivedOf(home: string, subjects: readonly string[]): Promise<number> {
  const sql = postgres(readFileSync(join(home, 'secrets/migrate-database/DATABASE_URL'), 'utf8'), { max: 1 });
  let left = subjects.length;
  const ask = async () => {
    const [row] = await sql<{ n: number }[]>`
      SELECT count(DISTINCT subject)::int AS n FROM journal.events WHERE source = '/posts' AND subject = ANY (${[...subjects]})`;
    left = subjects.length - row!.n;
    return left;
  };
  await eventually(ask, (n) => n === 0, catchUpSeconds, 500).catch(() => {}); // the report says how many
  await sql.end({ timeout: 1 });
  return left;
}

async function countsBecomeRight({ url, home }: RunningPlatform): Promise<boolean> {
  const verify = () =>
    dormouse(['verify', '--url', url], { DORMOUSE_HOME: home }).then(
      () => true,
      () => false,
    );
  return eventually(verify, (isRight) => isRight, catchUpSeconds, 2_000).catch(() => false);
}

function dormouse(args: readonly string[], more: Record<string, string> = {}): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...more };
  return new Promise((done, failed) => {
    execFile(process.execPath, [join(root, 'cli/dormouse.mjs'), ...args], { cwd: root, env }, (error, out, err) =>
      error ? failed(new Error(`dormouse ${args.join(' ')}: ${err}`)) : done(out),
    );
  });
}
