import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import type { Random } from '../chaos/random.ts';

export interface ReadersOptions {
  port: number;
  /** Address of the proxy that the platform trusts. */
  proxy: string;
  /** What is read; called for each request. */
  path: () => string;
  perSecond: number;
  random: Random;
  going(): boolean;
}

export interface Readings {
  /** From the moment at which a request was due to the end of its answer, ms. */
  times: number[];
  errors: string[];
  /** Also those that are not kept in `errors`. */
  failed: number;
}

const maxErrors = 50;
const timeoutMs = 20_000;

/** Reads at a fixed rate, however long answers take: from several addresses, and through a proxy that says who its clients are. */
export async function readers({ port, proxy, path, perSecond, random, going }: ReadersOptions): Promise<Readings> {
  const origin = `http://127.0.0.1:${port}`;
  const addresses = ['127.0.0.11', '127.0.0.12', '127.0.0.13', proxy];
  const agents = addresses.map((localAddress) => new Agent({ connect: { localAddress }, pipelining: 1 }));
  const readings: Readings = { times: [], errors: [], failed: 0 };
  const running = new Set<Promise<void>>();

  async function read(n: number, due: number): Promise<void> {
    const at = n % addresses.length;
    const client = `198.51.100.${1 + random.whole(0, 250)}`;
    const target = path();
    let outcome: string;
    try {
      const { statusCode, body } = await agents[at]!.request({
        origin,
        path: target,
        method: 'GET',
        headers: {
          host: 'blog.example',
          ...(addresses[at] === proxy && { 'x-forwarded-for': client, 'x-forwarded-proto': 'https' }),
        },
        signal: AbortSignal.timeout(timeoutMs),
      });
      const bytes = (await body.arrayBuffer()).byteLength;
      outcome = statusCode === 200 && bytes > 0 ? '' : `${statusCode}, ${bytes} bytes`;
    } catch (error) {
      outcome = (error as Error).message;
    }
    readings.times.push(performance.now() - due);
    if (outcome === '') return;
    readings.failed++;
    if (readings.errors.length < maxErrors)
      readings.errors.push(`${new Date().toISOString()} ${target} from ${addresses[at]}: ${outcome}`);
  }

  const begun = performance.now();
  for (let n = 0; going(); n++) {
    const due = begun + (n * 1_000) / perSecond;
    const wait = due - performance.now();
    if (wait > 0) await sleep(wait);
    const each = read(n, Math.max(due, begun)).finally(() => running.delete(each));
    running.add(each);
  }
  await Promise.all(running);
  await Promise.all(agents.map((agent) => agent.close()));
  return readings;
}
