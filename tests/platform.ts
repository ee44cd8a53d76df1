import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { outsideOf } from '@dormouse/backing/postgres';
import { readAccessToken } from '@dormouse/local/access-token';
import { freePort } from '@dormouse/serving/process/free-port';

const root = join(import.meta.dirname, '..');

/** The local platform as a user runs it: a process of its own, with ports and a home of its own. */
export interface RunningPlatform {
  /** Ingress, `http://127.0.0.1:PORT`. */
  url: string;
  /** Console, `http://127.0.0.1:CONSOLE_PORT`. */
  console: string;
  home: string;
  /** Process id of the platform. */
  pid: number;
  /** Everything it printed so far. */
  output(): string;
  services(): Promise<ServiceState[]>;
  /** Resolves with the exit code once the process has ended. */
  exited: Promise<number | null>;
  /** SIGTERM, then waits. */
  stop(): Promise<void>;
  /** SIGKILL to the platform's process alone, then waits for its end. */
  kill(): Promise<void>;
  /** Says something to a `program` of one's own. */
  tell(message: object): void;
}

/** An entry of the console's `/api/services`. */
export interface ServiceState {
  name: string;
  revision: string;
  instances: number;
  state: string;
  requests: number;
  last_cold_start_ms: number | null;
  /** Of its instances. */
  pids: number[];
}

export interface PlatformOptions {
  /** Kept between starts when given; else a temporary folder, removed by `stop`. */
  home?: string;
  /** Folder of the project; default: this one. */
  checkout?: string;
  /** Folder of the overlay; default: the local one. */
  overlay?: string;
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Ports of an earlier run, to start it again at the same address. */
  ports?: { port: number; consolePort: number };
  /** Runs the platform in the place of `dormouse start`; it can be told things. */
  program?: string;
}

/** Runs `dormouse start` and waits until its ingress answers `/health`. @throws Error with its output when it ends before. */
export async function runPlatform({
  home,
  checkout = root,
  overlay = join(checkout, 'knative/overlays/local'),
  args = [],
  env = {},
  ports,
  program,
}: PlatformOptions = {}): Promise<RunningPlatform> {
  const folder = home ?? temporaryHome();
  const { port, consolePort } = ports ?? { port: await freePort(), consolePort: await freePort() };
  const child = spawn(
    process.execPath,
    [...(program ? [program] : [join(checkout, 'cli/dormouse.mjs'), 'start']), '--overlay', overlay, ...args],
    {
      cwd: checkout,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        PORT: String(port),
        CONSOLE_PORT: String(consolePort),
        DORMOUSE_HOME: folder,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe', ...(program ? ['ipc' as const] : [])],
    },
  );
  const printed: string[] = [];
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => printed.push(text));
  const exited = new Promise<number | null>((done) => child.once('exit', done));
  const running: RunningPlatform = {
    url: `http://127.0.0.1:${port}`,
    console: `http://127.0.0.1:${consolePort}`,
    home: folder,
    pid: child.pid!,
    output: () => printed.join(''),
    services: async () => (await fetch(`${running.console}/api/services`)).json() as Promise<ServiceState[]>,
    exited,
    stop: async () => {
      await end(child, exited, 'SIGTERM');
      if (!home) removeHome(folder);
    },
    kill: () => end(child, exited, 'SIGKILL'),
    tell: (message) => void (child.connected && child.send(message, () => {})),
  };
  await healthy(running, child);
  keepBuilds(folder);
  return running;
}

/** Where events of the platform's only Broker are sent, with the secret that they need in the path. */
export async function brokerUrl({ console, home }: Pick<RunningPlatform, 'console' | 'home'>): Promise<string> {
  const { brokers } = (await (await fetch(`${console}/api/addresses`)).json()) as { brokers: [string] };
  const { origin, pathname } = new URL(brokers[0]);
  return `${origin}/${readAccessToken(home)}${pathname}`;
}

/** A fresh folder below the system's temporary folder that uid 65534 can enter, for PostgreSQL. */
export function temporaryHome(): string {
  const outer = mkdtempSync(join(tmpdir(), 'dormouse-platform-'));
  chmodSync(outer, 0o755);
  const home = join(outer, 'home');
  mkdirSync(home);
  seedBuilds(home);
  return home;
}

/** Removes a temporary home, and what PostgreSQL keeps outside of it. */
export function removeHome(home: string): void {
  rmSync(dirname(home), { recursive: true, force: true });
  rmSync(outsideOf(join(home, 'postgres')), { recursive: true, force: true });
}

const builds = process.env.DORMOUSE_TEST_BUILDS && join(process.env.DORMOUSE_TEST_BUILDS, 'build');

/** Gives a home the bundles of an earlier start of the test run; one that a change made stale is built again. */
function seedBuilds(home: string): void {
  if (builds && existsSync(builds)) cpSync(builds, join(home, 'build'), { recursive: true, preserveTimestamps: true });
}

/** Keeps the bundles of a home for others, unless somebody has; whole or not at all. */
function keepBuilds(home: string): void {
  if (!builds || existsSync(builds)) return;
  const copy = mkdtempSync(`${builds}-`);
  cpSync(join(home, 'build'), copy, { recursive: true, preserveTimestamps: true });
  try {
    renameSync(copy, builds);
  } catch {
    rmSync(copy, { recursive: true }); // another worker was faster
  }
}

async function healthy(running: RunningPlatform, child: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + 180_000; Date.now() < deadline; await sleep(50)) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the platform ended (${child.exitCode ?? child.signalCode}):\n${running.output()}`);
    const response = await fetch(`${running.url}/health`).catch(() => undefined);
    if (response?.status === 200) return;
  }
  await running.kill();
  throw new Error(`the platform did not answer within 180 s:\n${running.output()}`);
}

async function end(child: ChildProcess, exited: Promise<unknown>, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  await exited;
}

/** Asks again until `holds`; for what becomes true soon. @throws Error with the last value after `seconds`. */
export async function eventually<T>(
  ask: () => Promise<T>,
  holds: (value: T) => boolean,
  seconds = 60,
  pauseMs = 50,
): Promise<T> {
  let last: T | undefined;
  for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; await sleep(pauseMs)) {
    last = await ask();
    if (holds(last)) return last;
  }
  throw new Error(`not within ${seconds} s; last seen: ${JSON.stringify(last)?.slice(0, 2000)}`);
}
