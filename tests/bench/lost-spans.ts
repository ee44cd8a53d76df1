import { randomBytes } from 'node:crypto';
import type { FunctionProcess } from '../function-process.ts';
import { eventually, type RunningPlatform } from '../platform.ts';
import { spansOf } from '../spans.ts';
import { coldPaths } from './cold.ts';
import type { Receiver } from './otlp-receiver.ts';

export interface Lost {
  cycles: number;
  /** That should have come. */
  spans: number;
  lost: number;
}

const atOnce = 2;
export const listPath = coldPaths.posts;

/** Start, one sampled request, SIGTERM as soon as it is answered: its span and that of its statement must have come when the process is gone. */
export async function lostWhenEnded(
  start: () => Promise<FunctionProcess>,
  receiver: Receiver,
  cycles: number,
  progress: (line: string) => void,
): Promise<Lost> {
  receiver.take();
  const expected: string[] = [];
  let begun = 0;
  const worker = async () => {
    while (begun < cycles) {
      if (++begun % 100 === 0) progress(`start, request, SIGTERM: ${begun} of ${cycles} times`);
      const traceId = randomBytes(16).toString('hex');
      const running = await start();
      const response = await fetch(running.origin + listPath, {
        headers: { traceparent: `00-${traceId}-${'b'.repeat(16)}-01` },
      });
      await response.arrayBuffer();
      expected.push(`${traceId} GET /blog/api/posts`, `${traceId} SELECT posts`);
      await running.end();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const came = receiver.take();
  return { cycles, spans: expected.length, lost: expected.filter((span) => !came.has(span)).length };
}

const sleepers = {
  posts: coldPaths.posts,
  categories: coldPaths.categories,
  auth: coldPaths.auth,
  web: coldPaths.web,
} as const;

/** A sampled request to each of four functions, and nothing more until the autoscaler has put all to sleep: the console must have the span of each. */
export async function lostWhenScaledToZero(
  platform: RunningPlatform,
  cycles: number,
  progress: (line: string) => void,
): Promise<Lost> {
  const names = Object.keys(sleepers) as (keyof typeof sleepers)[];
  const found: Lost = { cycles: 0, spans: 0, lost: 0 };
  const asleep = () =>
    eventually(
      () => platform.services(),
      (all) => all.every(({ instances }) => instances === 0),
      180,
    );
  await asleep();
  while (found.cycles < cycles) {
    const round = names
      .slice(0, cycles - found.cycles)
      .map((name) => ({ name, traceId: randomBytes(16).toString('hex') }));
    for (const { name, traceId } of round) {
      const response = await fetch(platform.url + sleepers[name], {
        headers: { traceparent: `00-${traceId}-${'b'.repeat(16)}-01` },
      });
      await response.arrayBuffer();
    }
    await asleep();
    await new Promise((resolve) => setTimeout(resolve, 200)); // the console reads a body in its own time
    for (const { name, traceId } of round) {
      const spans = await spansOf(platform.console, traceId);
      found.lost += spans.some(({ service, kind }) => service === name && kind === 'server') ? 0 : 1;
    }
    found.cycles += round.length;
    found.spans += round.length;
    progress(`spans lost when scaled to zero: ${found.lost} of ${found.spans}`);
  }
  return found;
}
