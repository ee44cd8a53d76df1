import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '@dormouse/serving/process/free-port';
import { request } from 'undici';
import type { RunningPlatform } from '../platform.ts';
import { type Contender, platformContender } from './contenders.ts';
import { number, row } from './format.ts';
import { type Shot, saturate } from './load.ts';
import { cpuMs } from './processes.ts';
import { median } from './statistics.ts';

/** CPU time of a request to the platform, all its processes together, in that of a request to a bare node:http server in the same run. */
export interface Ratio {
  name: string;
  /** Median of the rounds. */
  ratio: number;
  /** Above it something has become dearer. */
  most: number;
}

/**
 * A third more than the dearest that was measured on a quiet machine: 20.2, 15.1, 17.1 and 1934 on one of 30 November 2026. Others, of the same
 * kind, had 13 to 16, 12, 14 to 16 and 1170 to 1530 on that day and the next, at loads of 3 to 10.
 */
const gates: Readonly<Record<string, number>> = { list: 27, post: 20, home: 23, create: 2600 };

/** The same of requests that the ingress answers from its cache: 3.6, 3.3 and 3.8 at load 6 on 1 December 2026. */
export const cachedGates: Readonly<Record<string, number>> = { list: 6, post: 5, home: 6 };

const connections = 16;
const seconds = 1;

/**
 * A few requests beside a bare server, in turn, so that both see the same machine.
 * @param shots those of `most` at least
 * @param most name of a shot → its gate
 */
export async function ratios(
  platform: RunningPlatform,
  shots: Readonly<Record<string, Shot>>,
  rounds: number,
  progress: (line: string) => void,
  most = gates,
): Promise<Ratio[]> {
  const bare = await bareContender();
  const ours = platformContender(platform);
  try {
    const found: Ratio[] = [];
    for (const [name, gate] of Object.entries(most)) {
      progress(`beside a bare server: ${name}`);
      const all: number[] = [];
      for (let round = -1; round < rounds; round++) {
        const theirs = await costOf(bare, { method: 'GET', path: '/', expect: 200 });
        const own = await costOf(ours, shots[name]!);
        if (round >= 0) all.push(own / theirs);
      }
      found.push({ name, ratio: median(all), most: gate });
    }
    return found;
  } finally {
    bare.stop();
  }
}

/** CPU ms per request at saturation, with what the requests set in motion. @throws Error when one is not answered as expected */
async function costOf(contender: Contender, shot: Shot): Promise<number> {
  const before = contender.cpuMs();
  const { requests, errors } = await saturate(contender.origin, shot, connections, seconds);
  if (errors > 0)
    throw new Error(`${contender.name}: ${errors} of ${requests + errors} requests of ${shot.path} failed`);
  await pause(300);
  return (contender.cpuMs() - before) / requests;
}

async function bareContender(): Promise<Contender & { stop(): void }> {
  const port = await freePort();
  const child = spawn(process.execPath, [join(import.meta.dirname, 'hello.ts')], {
    env: { PORT: String(port) },
    stdio: 'inherit',
  });
  const origin = `http://127.0.0.1:${port}`;
  while (
    !(await request(origin).then(
      async ({ body }) => body.dump().then(() => true),
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error(`hello.ts ended with ${child.exitCode}`);
    await pause(50);
  }
  return { name: 'bare', origin, cpuMs: () => cpuMs(child.pid!), stop: () => child.kill() };
}

/** What is above its gate. */
export const tooDear = (all: readonly Ratio[]): readonly Ratio[] => all.filter(({ ratio, most }) => !(ratio <= most));

/** Adds a table with a line for each request. @param how what is said of all of them */
export function ratiosTable(
  all: readonly Ratio[],
  head: (title: string, ...cells: string[]) => void,
  lines: string[],
  how = '',
): void {
  head(`CPU of a request${how}, in that of a bare node:http server: median`, 'request', 'times', 'at most', '');
  for (const { name, ratio, most } of all)
    lines.push(row(name, number(ratio), String(most), ratio <= most ? '' : '**too dear**'));
}
