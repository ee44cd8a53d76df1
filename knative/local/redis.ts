import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';

export interface Redis {
  url: string;
  pid: number | undefined;
  stop(): Promise<void>;
}

/**
 * A Redis for caches and limits: REDIS_URL where it is set, else a redis-server of our own on loopback when there is one
 * on the PATH. It keeps nothing, and forgets what was used least when it is full.
 * @param home folder for the record of its process id, by which a later start ends one that a killed platform left behind
 * @returns undefined when there is none
 */
export async function startRedis({ home, url }: { home: string; url: string | undefined }): Promise<Redis | undefined> {
  const record = join(home, 'redis.pid');
  endLeftover(record);
  if (url) return { url, pid: undefined, stop: async () => {} };
  if (spawnSync('redis-server', ['--version']).status !== 0) return undefined;
  const password = randomBytes(32).toString('hex');
  const port = await freePort();
  const child = spawn('redis-server', ['-'], { cwd: home, stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  child.on('error', () => {}).stdin.on('error', () => {});
  child.stdin.end(configuration(port, password)); // not on the command line, where others could read the password
  writeFileSync(record, `${child.pid} ${port}\n`, { mode: 0o600 });
  if (!(await answers(port, password, child))) return undefined;
  return {
    url: `redis://:${password}@127.0.0.1:${port}`,
    pid: child.pid,
    async stop() {
      await end(child);
      rmSync(record, { force: true });
    },
  };
}

const configuration = (port: number, password: string) =>
  ['bind 127.0.0.1', `port ${port}`, `requirepass ${password}`, 'save ""', 'appendonly no', 'maxmemory 64mb', 'maxmemory-policy allkeys-lru', 'hz 1', ''].join(
    '\n',
  );

/** True once it answers PING; false when it ended or 5 s have passed. */
async function answers(port: number, password: string, child: ChildProcess): Promise<boolean> {
  for (let tries = 0; tries < 250 && child.exitCode === null && child.signalCode === null; tries++) {
    const said = await new Promise<string>((done) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(`AUTH ${password}\r\n`));
      socket.once('data', (data) => done(String(data))).once('error', () => done(''));
      socket.once('data', () => socket.destroy());
    });
    if (said.startsWith('+OK')) return true;
    await sleep(20);
  }
  await end(child);
  return false;
}

function endLeftover(record: string): void {
  try {
    const [pid, port] = readFileSync(record, 'utf8').trim().split(' ');
    const shown = spawnSync('ps', ['-o', 'args=', '-p', pid!], { encoding: 'utf8' }).stdout ?? '';
    if (/redis-server/.test(shown) && shown.includes(`:${port}`)) process.kill(Number(pid), 'SIGKILL');
    rmSync(record, { force: true });
  } catch {
    // nothing was left behind
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), 2_000);
  await exited;
  clearTimeout(killer);
}
