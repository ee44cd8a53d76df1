import { type ChildProcess, spawn } from 'node:child_process';
import type { Assignment } from './launcher.ts';
import { mallocVariables } from './malloc.ts';

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export type Output = (line: string, stream: 'stdout' | 'stderr') => void;

/** A process that runs `launcher`, with or without its program yet. */
export interface Child {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** Still running. */
  alive(): boolean;
  become(assignment: Assignment, output: Output): void;
  /** Called with each port it listens on. */
  onListening(heard: (port: number) => void): void;
  /** Makes the process write V8's code cache. */
  flush(): void;
  kill(signal: NodeJS.Signals): void;
}

/** A small young generation: a function with a few requests at a time gains nothing from a large one, and memory is the cost of an awake instance. */
export const nodeFlags = [
  '--max-semi-space-size=8',
  '--heap-growing-percent=100',
  '--disable-warning=ExperimentalWarning',
];

/**
 * Starts a process with `launcher` (a JavaScript file), in a minimal environment.
 * @param preloaded JavaScript files that it loads while it waits for its program
 */
export function startChild(
  launcher: string,
  environment: NodeJS.ProcessEnv,
  flags: readonly string[] = nodeFlags,
  preloaded: readonly string[] = [],
): Child {
  const child = spawn(process.execPath, [...flags, launcher, ...preloaded], {
    env: { ...mallocVariables, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  let output: Output = () => {};
  let heard: (port: number) => void = () => {};
  let ended = false;
  const exited = new Promise<Exit>((done) => {
    const end = (code: number | null, signal: NodeJS.Signals | null) => {
      ended = true;
      done({ code, signal });
    };
    child.once('error', (error) => {
      output(error.message, 'stderr');
      if (child.pid === undefined) end(1, null);
    });
    child.once('close', end);
  });
  child.on('message', (message: { listening?: number }) => {
    if (message.listening !== undefined) heard(message.listening);
  });
  readLines(child, 'stdout', (line) => output(line, 'stdout'));
  readLines(child, 'stderr', (line) => output(line, 'stderr'));
  const send = (message: Assignment | 'flush') => {
    if (child.connected) child.send(message, () => {}); // a failed send shows as the exit
  };
  return {
    pid: child.pid ?? 0,
    exited,
    alive: () => !ended,
    become(assignment, listener) {
      output = listener;
      send(assignment);
    },
    onListening(listener) {
      heard = listener;
    },
    flush: () => send('flush'),
    kill(signal) {
      if (!ended) child.kill(signal);
    },
  };
}

/** Longer lines are split. */
const maxLineCharacters = 65_536;

/** Gives each line that a process prints. */
export function readLines(child: ChildProcess, name: 'stdout' | 'stderr', give: (line: string) => void): void {
  const stream = child[name]!;
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) give(part);
    if (rest.length <= maxLineCharacters) return;
    give(rest);
    rest = '';
  });
  stream.on('close', () => rest && give(rest));
}
