import { request } from 'undici';
import type { RunningPlatform } from '../platform.ts';
import { type Contender, platformContender } from './contenders.ts';
import { number, range, row } from './format.ts';
import { arrive, type Shot, saturate } from './load.ts';
import { cpuMs } from './processes.ts';
import { percentile, type Spread, spread } from './statistics.ts';

/** Another server that is measured beside the platform, and how what is asked of the platform is asked of it. */
export interface Against {
  /** `http://HOST:PORT` */
  origin: string;
  /** First processes of all that it consists of, its database included; none: its CPU time is not known. */
  pids: readonly number[];
  /** Path there of what is asked for: list, categories, home, feed, post, page. Empty: what has the same address in every blog with this API. */
  paths: Readonly<Record<string, string>>;
}

export interface AgainstFigures {
  origin: string;
  requests: Record<string, Record<'platform' | 'other', AgainstMeasured>>;
}

interface AgainstMeasured {
  perSecond: Spread;
  /** Of all processes, per request; null: not known. */
  cpuMs: Spread | null;
  /** Of one answer, as it is sent to who takes gzip. */
  bytes: number;
  /** Of both at the same rate: half of what the slower one can do. */
  atHalf: { rate: number; p50: number; p95: number; p99: number };
  errors: number;
}

/** What has the same address in every blog with this API. */
const samePaths: Readonly<Record<string, string>> = {
  list: '/blog/api/posts?limit=20',
  categories: '/blog/api/categories',
  home: '/blog/',
  feed: '/blog/feed.xml',
};
const connections = 32;

/**
 * The same load on the platform and on another server, in turn.
 * @throws Error, before anything is measured, when one of them answers a request with another status than 200
 */
export async function againstBench(
  platform: RunningPlatform,
  against: Against,
  many: { rounds: number; seconds: number; somePost: { id: number; slug: string } },
  progress: (line: string) => void,
): Promise<AgainstFigures> {
  const { id, slug } = many.somePost;
  const here: Readonly<Record<string, string>> = {
    ...samePaths,
    post: `/blog/api/posts/${id}`,
    page: `/blog/posts/${slug}`,
  };
  const there = Object.keys(against.paths).length > 0 ? against.paths : samePaths;
  const contenders = [platformContender(platform), otherContender(against)] as const;
  const names = Object.keys(here).filter((name) => name in there);
  const shots = (name: string): Shot[] => [here[name]!, there[name]!].map(get);
  const bytes = new Map<string, number[]>();
  for (const name of names)
    bytes.set(name, await Promise.all(contenders.map(({ origin }, at) => sizeOf(origin + shots(name)[at]!.path))));
  const requests: AgainstFigures['requests'] = {};
  for (const name of names) {
    progress(`beside ${against.origin}: ${name}`);
    const measured = await inTurn(contenders, shots(name), many);
    requests[name] = Object.fromEntries(
      contenders.map((each, at) => [each.name, { ...measured[at]!, bytes: bytes.get(name)![at]! }]),
    ) as AgainstFigures['requests'][string];
  }
  return { origin: against.origin, requests };
}

const otherContender = ({ origin, pids }: Against): Contender => ({
  name: 'other',
  origin,
  cpuMs: () => (pids.length === 0 ? Number.NaN : pids.reduce((sum, pid) => sum + cpuMs(pid), 0)),
});

const get = (path: string): Shot => ({
  method: 'GET',
  path,
  expect: 200,
  perRequest: () => ({ headers: { 'accept-encoding': 'gzip' }, body: '' }),
});

async function inTurn(
  contenders: readonly Contender[],
  shots: readonly Shot[],
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<Omit<AgainstMeasured, 'bytes'>[]> {
  const runs = contenders.map((): { perSecond: number; cpuMs: number; errors: number }[] => []);
  for (let round = -1; round < rounds; round++)
    for (const [at, contender] of contenders.entries()) {
      const before = contender.cpuMs();
      const run = await saturate(contender.origin, shots[at]!, connections, round < 0 ? 1 : seconds);
      const spent = (contender.cpuMs() - before) / Math.max(1, run.requests);
      if (round >= 0) runs[at]!.push({ perSecond: run.perSecond, cpuMs: spent, errors: run.errors });
    }
  const slower = Math.min(...runs.map((list) => spread(list.map(({ perSecond }) => perSecond)).median));
  const rate = Math.max(1, Math.round(slower / 2));
  const measured: Omit<AgainstMeasured, 'bytes'>[] = [];
  for (const [at, { origin }] of contenders.entries()) {
    const { latencies, errors } = await arrive(origin, [shots[at]!], rate, seconds);
    const list = runs[at]!;
    const isKnown = list.every((each) => Number.isFinite(each.cpuMs));
    measured.push({
      perSecond: spread(list.map(({ perSecond }) => perSecond)),
      cpuMs: isKnown ? spread(list.map((each) => each.cpuMs)) : null,
      atHalf: {
        rate,
        p50: percentile(latencies, 0.5),
        p95: percentile(latencies, 0.95),
        p99: percentile(latencies, 0.99),
      },
      errors: errors + list.reduce((sum, each) => sum + each.errors, 0),
    });
  }
  return measured;
}

async function sizeOf(url: string): Promise<number> {
  const { statusCode, body } = await request(url, { headers: { 'accept-encoding': 'gzip' } });
  const bytes = (await body.bytes()).length;
  if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}: nothing was measured`);
  return bytes;
}

/** Adds a table with a line for each request and server. */
export function againstTable(
  { origin, requests }: AgainstFigures,
  head: (title: string, ...cells: string[]) => void,
  lines: string[],
): void {
  head(
    `Beside ${origin}, ${connections} connections: median (min–max); latency at half of what the slower one can do`,
    'request',
    'who',
    '/s',
    'CPU ms',
    'bytes',
    'rate /s',
    'p50',
    'p95',
    'p99',
    'errors',
  );
  for (const [name, both] of Object.entries(requests))
    for (const [who, { perSecond, cpuMs, bytes, atHalf, errors }] of Object.entries(both))
      lines.push(
        row(
          name,
          who,
          range(perSecond),
          cpuMs ? range(cpuMs) : 'not known',
          String(bytes),
          String(atHalf.rate),
          ...[atHalf.p50, atHalf.p95, atHalf.p99].map(number),
          String(errors),
        ),
      );
}
