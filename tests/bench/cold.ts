import { request } from 'undici';
import { eventually, type RunningPlatform } from '../platform.ts';
import { type Spread, spread } from './statistics.ts';

/** One path per function, chosen so that no other function has to wake for it. */
export const coldPaths = {
  hello: '/bench/hello',
  posts: '/blog/api/posts?limit=20',
  categories: '/blog/api/categories',
  auth: '/.well-known/jwks.json',
  web: '/blog/login',
  relay: '/bench/relay',
} as const;

export type ColdStarts = Record<keyof typeof coldPaths, Spread>;

/** Wall time in ms from request to last byte, everything asleep before; `rounds` times each, in turn. */
export async function coldStarts(
  platform: RunningPlatform,
  rounds: number,
  prewarmed: boolean,
  progress: (line: string) => void,
): Promise<ColdStarts> {
  const names = Object.keys(coldPaths) as (keyof typeof coldPaths)[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
    keyof typeof coldPaths,
    number[]
  >;
  const quiet = prewarmed ? 2000 : 500; // time for the next prewarmed process
  for (let round = 0; round < rounds; round++) {
    await asleep(platform);
    for (const name of names) times[name].push(await timed(platform.url + coldPaths[name], quiet));
    progress(`cold starts: round ${round + 1} of ${rounds}`);
  }
  return Object.fromEntries(names.map((name) => [name, spread(times[name])])) as ColdStarts;
}

const asleep = (platform: RunningPlatform) =>
  eventually(
    () => platform.services(),
    (all) => all.every(({ instances }) => instances === 0),
    180,
  );

async function timed(url: string, quietMs: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, quietMs));
  const start = performance.now();
  const { statusCode, body } = await request(url);
  await body.dump();
  if (statusCode !== 200) throw new Error(`${url}: ${statusCode}`);
  return performance.now() - start;
}
