/** Consumers that answer 202 and remember when which event came, in a process of their own; a path each. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** When events came, by their ids; CLOCK_MONOTONIC in ms, the same for every process of a machine. */
export type Calls = Record<string, number>;

export interface ConsumerProcess {
  /** On 127.0.0.1; a path names a consumer. */
  port: number;
  pid: number;
  /** What came so far at a path, and forgets it. */
  take(path: string): Promise<Calls>;
  count(path: string): Promise<number>;
  /** While held no answer is given; letting go answers everything that waits. */
  hold(held: boolean): Promise<void>;
  stop(): void;
}

export const monotonicMs = () => Number(process.hrtime.bigint()) / 1e6;

/** @see ConsumerProcess */
export async function startConsumer(): Promise<ConsumerProcess> {
  const child = fork(import.meta.filename);
  const [port] = (await once(child, 'message')) as [number];
  const ask = async (question: Question): Promise<unknown> => {
    child.send(question);
    return (await once(child, 'message'))[0];
  };
  return {
    port,
    pid: child.pid as number,
    take: async (path) => (await ask({ take: path })) as Calls,
    count: async (path) => (await ask({ count: path })) as number,
    hold: async (held) => void (await ask({ hold: held })),
    stop: () => child.disconnect(),
  };
}

type Question = { take: string } | { count: string } | { hold: boolean };

function run(): void {
  let calls = new Map<string, Calls>();
  const counts = new Map<string, number>();
  let held: ServerResponse[] | undefined;
  const accept = (response: ServerResponse) => response.writeHead(202, { 'content-length': '0' }).end();
  const server = createServer((request, response) => {
    const path = request.url as string;
    let seen = calls.get(path);
    if (!seen) calls.set(path, (seen = {}));
    seen[request.headers['ce-id'] as string] ??= monotonicMs();
    counts.set(path, (counts.get(path) ?? 0) + 1);
    request.resume();
    if (held) held.push(response);
    else accept(response);
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
  process.once('disconnect', () => process.exit(0));
  process.on('message', (question: Question) => {
    if ('count' in question) process.send?.(counts.get(question.count) ?? 0);
    else if ('take' in question) {
      process.send?.(calls.get(question.take) ?? {});
      calls = new Map([...calls].filter(([path]) => path !== question.take));
    } else {
      if (!question.hold) for (const response of held ?? []) accept(response);
      held = question.hold ? [] : undefined;
      process.send?.(true);
    }
  });
}

if (process.argv[1] === import.meta.filename) run();
