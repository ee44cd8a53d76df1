import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@dormouse/serving/process/free-port';
import { hasProgram } from '@dormouse/serving/process/has-program';

export interface Redis {
  url: string;
  /** Process id of the platform's own server; changes with a restart. */
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

export interface RedisOptions {
  /** Folder for the record of its process id, by which a later start ends one that a killed platform left behind. */
  home: string;
  /** REDIS_URL, where set. */
  url: string | undefined;
  /** Called when the server died and when it is back. */
  say?: (line: string) => void;
}

/**
 * A Redis for caches and limits: REDIS_URL where it is set, else a redis-server of our own on loopback when there is one
 * on the PATH. It keeps nothing, forgets what was used least when it is full, and is started again at the same address when it dies.
 * @returns undefined when there is none
 */
export async function startRedis({ home, url, say = () => {} }: RedisOptions): Promise<Redis | undefined> {
  const record = join(home, 'redis.pid');
  killLeftover(record);
  if (url) return { url, pid: undefined, stop: async () => {} };
  if (!hasProgram('redis-server')) return undefined;
  const settings: RedisSettings = { home, record, password: randomBytes(32).toString('hex'), port: await freePort() };
  let child = await launch(settings);
  if (!child) return undefined;
  let stopping = false;
  void (async () => {
    for (let pause = 100; !stopping; pause = Math.min(5_000, pause * 2)) {
      if (child) {
        await ended(child);
        if (stopping) return;
        say('Redis ended unexpectedly and is started again');
      }
      await sleep(pause, undefined, { ref: false });
      if (stopping) return;
      child = await launch(settings);
      if (!child) continue;
      if (stopping) return void end(child);
      say('Redis is back');
      pause = 50;
    }
  })();
  return {
    url: `redis://:${settings.password}@127.0.0.1:${settings.port}`,
    get pid() {
      return child?.pid;
    },
    async stop() {
      stopping = true;
      if (child) await end(child);
      rmSync(record, { force: true });
    },
  };
}

interface RedisSettings {
  home: string;
  record: string;
  password: string;
  port: number;
}

/** @returns undefined when it does not answer */
async function launch({ home, record, password, port }: RedisSettings): Promise<ChildProcess | undefined> {
  const child = spawn('redis-server', ['-'], { cwd: home, stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  child.on('error', () => {}).stdin.on('error', () => {});
  child.stdin.end(configuration(port, password)); // not on the command line, where others could read the password
  writeFileSync(record, `${child.pid} ${port}\n`, { mode: 0o600 });
  return (await acceptsConnections(port, password, child)) ? child : undefined;
}

const configuration = (port: number, password: string) =>
  [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    'save ""',
    'appendonly no',
    'maxmemory 64mb',
    'maxmemory-policy allkeys-lru',
    'hz 1',
    '',
  ].join('\n');

/** True once it replies to PING; false when it exited or 5 s have passed. */
async function acceptsConnections(port: number, password: string, child: ChildProcess): Promise<boolean> {
  for (let tries = 0; tries < 250 && !over(child); tries++) {
    const said = await new Promise<string>((done) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(`AUTH ${password}\r\n`));
      socket
        .once('data', (data) => done(String(data)))
        .once('error', () => done(''))
        .once('close', () => done(''));
      socket.once('data', () => socket.destroy());
    });
    if (said.startsWith('+OK')) return true;
    await sleep(20);
  }
  await end(child);
  return false;
}

function killLeftover(record: string): void {
  try {
    const [pid, port] = readFileSync(record, 'utf8').trim().split(' ');
    const shown = spawnSync('ps', ['-o', 'args=', '-p', pid!], { encoding: 'utf8' }).stdout ?? '';
    if (/redis-server/.test(shown) && shown.includes(`:${port}`)) process.kill(Number(pid), 'SIGKILL');
    rmSync(record, { force: true });
  } catch {
    // nothing was left behind
  }
}

const over = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;

const ended = (child: ChildProcess) =>
  new Promise<void>((done) => (over(child) ? done() : child.once('exit', () => done())));

async function end(child: ChildProcess): Promise<void> {
  if (over(child)) return;
  const exited = ended(child);
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), 2_000);
  await exited;
  clearTimeout(killer);
}
