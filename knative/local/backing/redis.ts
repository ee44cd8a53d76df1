import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RedisUser, redisUserLine, redisUsersFile } from '@dormouse/manifests/redis-acl';
import { freePort } from '@dormouse/serving/process/free-port';
import { hasProgram } from '@dormouse/serving/process/has-program';

export interface Redis {
  /** The address for a user, who is made when first asked for. A Redis of the user's own has one address for all. */
  urlOf(user: string, rules: readonly string[]): Promise<string>;
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
 * on the PATH. That one keeps nothing, forgets what was used least when it is full, is started again at the same address when it dies,
 * and has a user for each function.
 * @returns undefined when there is none
 */
export async function startRedis({ home, url, say = () => {} }: RedisOptions): Promise<Redis | undefined> {
  const record = join(home, 'redis.pid');
  killLeftover(record);
  if (url) return { urlOf: async () => url, pid: undefined, stop: async () => {} };
  if (!hasProgram('redis-server')) return undefined;
  const users = new Map([[admin, newUser(admin, ['~*', '&*', '+@all'])]]);
  const settings: RedisSettings = { home, record, users, port: await freePort() };
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
      await tellUsers(settings); // those who came while it was starting
      say('Redis is back');
      pause = 50;
    }
  })();
  return {
    async urlOf(name, rules) {
      const before = users.get(name);
      const user = { ...(before ?? newUser(name, rules)), rules };
      users.set(name, user);
      if (before?.rules.join() !== rules.join()) await tellUsers(settings);
      return `redis://${name}:${user.password}@127.0.0.1:${settings.port}`;
    },
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
  /** By name. */
  users: Map<string, RedisUser & { password: string }>;
  port: number;
}

/** Makes the others. */
const admin = 'admin';

function newUser(name: string, rules: readonly string[]) {
  const password = randomBytes(32).toString('hex');
  return { name, rules, password, hashes: [`#${createHash('sha256').update(password).digest('hex')}`] };
}

/** @returns undefined when it does not answer */
async function launch(settings: RedisSettings): Promise<ChildProcess | undefined> {
  const { home, record, port } = settings;
  const child = spawn('redis-server', ['-'], { cwd: home, stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  child.on('error', () => {}).stdin.on('error', () => {});
  child.stdin.end(configuration(settings)); // not on the command line, which others can read
  writeFileSync(record, `${child.pid} ${port}\n`, { mode: 0o600 });
  return (await acceptsConnections(settings, child)) ? child : undefined;
}

const configuration = ({ port, users }: RedisSettings) =>
  [
    'bind 127.0.0.1',
    `port ${port}`,
    'save ""',
    'appendonly no',
    'maxmemory 64mb',
    'maxmemory-policy allkeys-lru',
    'hz 1',
    redisUsersFile([...users.values()]),
  ].join('\n');

/** True once it replies to PING; false when it exited or 5 s have passed. */
async function acceptsConnections(settings: RedisSettings, child: ChildProcess): Promise<boolean> {
  for (let tries = 0; tries < 250 && !over(child); tries++) {
    if (await asAdmin(settings, [])) return true;
    await sleep(20);
  }
  await end(child);
  return false;
}

/** Makes every user, or gives it what it has already. A server that is away reads them from its configuration when it starts. */
const tellUsers = (settings: RedisSettings) =>
  asAdmin(
    settings,
    [...settings.users.values()].map((user) => `ACL SETUSER ${redisUserLine(user)}`),
  );

/** Whether the server took every line; false when it is away. */
function asAdmin({ port, users }: RedisSettings, lines: readonly string[]): Promise<boolean> {
  const sent = [`AUTH ${admin} ${users.get(admin)!.password}`, ...lines, 'QUIT'];
  return new Promise((done) => {
    let said = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(sent.map((line) => `${line}\r\n`).join('')));
    socket
      .setEncoding('utf8')
      .on('data', (text) => {
        said += text;
      })
      .once('error', () => done(false))
      .once('close', () => done(said === '+OK\r\n'.repeat(sent.length)));
  });
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
