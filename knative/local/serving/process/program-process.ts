import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Child, type Exit, type Output, readLines } from './child-process.ts';
import type { InstanceAddress } from './instance-address.ts';

/** A program that is run as it is. */
export interface ProgramProcess {
  /** The program and its arguments. */
  argv: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  output: Output;
  /** Where it is expected to listen; a Job listens nowhere. */
  address?: InstanceAddress | undefined;
}

/**
 * Runs the program in place of itself, in a group of processes of its own, beside a process that ends the group when the
 * platform is gone: then the pipe at descriptor 3 is closed.
 */
const guarded = '(trap "" TERM INT HUP; cat <&3; kill -KILL -- -$$) >/dev/null 2>&1 & exec "$0" "$@" 3<&-';
const listenPauseMs = 25;

/** Starts a program; `become` and `flush` have no meaning for it. */
export function startProgram({ argv, cwd, env, output, address }: ProgramProcess): Child {
  const child = spawn('/bin/sh', ['-c', guarded, ...argv], {
    cwd,
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let ended = false;
  const exited = exitOf(child, output, () => (ended = true));
  readLines(child, 'stdout', (line) => output(line, 'stdout'));
  readLines(child, 'stderr', (line) => output(line, 'stderr'));
  child.stdio[3]?.on('error', () => {}); // the group is gone
  return {
    pid: child.pid ?? 0,
    exited,
    alive: () => !ended,
    become() {},
    onListening(heard) {
      if (address) void untilListening(address, () => ended).then((listens) => listens && heard(address.port));
    },
    flush() {},
    kill(signal) {
      if (!ended) killGroup(child, signal);
    },
  };
}

/** Resolves once the program has ended; processes that it leaves behind are ended with it. */
function exitOf(child: ChildProcess, output: Output, ended: () => void): Promise<Exit> {
  return new Promise((done) => {
    child.once('error', (error) => {
      output(error.message, 'stderr');
      if (child.pid !== undefined) return;
      ended();
      done({ code: 1, signal: null });
    });
    child.once('exit', () => {
      ended();
      killGroup(child, 'SIGKILL');
    });
    child.once('close', (code, signal) => done({ code, signal }));
  });
}

function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // nobody of it is left
  }
}

/** Whether anybody listened there before the program ended. */
async function untilListening(address: InstanceAddress, ended: () => boolean): Promise<boolean> {
  while (!ended()) {
    if (await accepts(address)) return true;
    await new Promise((done) => setTimeout(done, listenPauseMs));
  }
  return false;
}

const accepts = ({ host, port }: InstanceAddress) =>
  new Promise<boolean>((done) => {
    const socket = connect({ host, port })
      .once('connect', () => {
        socket.destroy();
        done(true);
      })
      .once('error', () => done(false));
  });

/**
 * What a program needs in its environment beside what its manifest says: its own packages' programs and this Node.js on
 * the PATH, and what makes servers of Node.js and Python listen on the instance's address, and where containers share it
 * their clients find it at `localhost`.
 */
export function programEnvironment(
  env: Readonly<Record<string, string>>,
  folder: string,
  {
    address,
    containerPort,
    shared = false,
  }: { address?: InstanceAddress | undefined; containerPort: number; shared?: boolean | undefined },
): Record<string, string> {
  const { PATH = '', NODE_OPTIONS = '', PYTHONPATH = '' } = env;
  const path = [join(folder, 'node_modules/.bin'), dirname(process.execPath), PATH].join(delimiter);
  const usual = { PYTHONUNBUFFERED: '1', ...env, PATH: path };
  if (!address) return usual;
  const preload = pathToFileURL(join(import.meta.dirname, 'own-address.ts')).href;
  return {
    ...usual,
    DORMOUSE_ADDRESS: address.host,
    ...(shared && { DORMOUSE_SHARED: loopbackPorts(env).join() }),
    ...(address.port === containerPort ? {} : { DORMOUSE_PORTS: `${containerPort}:${address.port}` }),
    NODE_OPTIONS: `${NODE_OPTIONS} --import=${preload}`.trim(),
    PYTHONPATH: [join(import.meta.dirname, 'python'), PYTHONPATH].filter(Boolean).join(delimiter),
  };
}

/** Ports of the platform that the environment names. */
const loopbackPorts = (env: Readonly<Record<string, string>>): number[] =>
  Object.values(env).flatMap((value) => [...value.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port)));
