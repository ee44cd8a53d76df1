import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { family } from '../bench/processes.ts';
import { type ApiResponse, type Author, blogAt, type Post } from '../blog.ts';
import { eventually, type RunningPlatform, removeHome, runPlatform } from '../platform.ts';

/** Writes until told to stop; keeps only what was acknowledged with 201. Pauses after a failure, and once `slow` says so. */
function writer(author: Author, category: string, slow: () => boolean) {
  const acknowledged: Post[] = [];
  let going = true;
  const finished = (async () => {
    for (let n = 0; going; n++) {
      const response = await author
        .call<Post>('POST', '/blog/api/posts', {
          body: { title: `Post ${n} in ${category}`, content: 'x', category_name: category },
        })
        .catch(() => undefined);
      if (response?.status === 201) acknowledged.push(response.body);
      if (response?.status !== 201 || slow()) await sleep(50);
    }
  })();
  return {
    acknowledged,
    stop: async () => {
      going = false;
      await finished;
    },
  };
}

describe('kill -9', { timeout: 180_000 }, () => {
  let platform: RunningPlatform;
  afterEach(async () => {
    await platform?.stop();
    if (platform) removeHome(platform.home);
  });

  /** Process ids below the platform whose command line matches. */
  const pidsOf = (pattern: RegExp) =>
    family(platform.pid)
      .filter(({ command }) => pattern.test(command))
      .map(({ pid }) => pid);

  /** Starts writers, calls `harm` while they write, lets them go on, and checks that what was acknowledged is there and was counted. */
  async function keepsWhatItAcknowledged(breakIt: () => Promise<void>, blog = blogAt(platform.url)): Promise<void> {
    const author = await blog.register();
    let broken = false;
    const writers = ['Alpha', 'Beta', 'Gamma', 'Delta'].map((name) => writer(author, name, () => broken));
    await eventually(
      async () => writers[0]!.acknowledged.length,
      (count) => count >= 5,
    );
    await breakIt();
    broken = true;
    const before = writers.map(({ acknowledged }) => acknowledged.length);
    await eventually(
      async () => writers.every(({ acknowledged }, index) => acknowledged.length > before[index]! + 3),
      Boolean,
      60,
    );
    await Promise.all(writers.map(({ stop }) => stop()));
    for (const { acknowledged } of writers)
      for (const post of acknowledged) expect((await blog.call('GET', `/blog/api/posts/${post.id}`)).status).toBe(200);
    // An event may also belong to a post that was stored but not acknowledged: the list, not the acknowledgements, is what counts are held against.
    await eventually(
      () => countsByCategory(blog),
      ({ counted, listed }) =>
        Object.keys(listed).length === 4 && Object.keys(listed).every((name) => counted[name] === listed[name]),
      90,
    );
  }

  it('of a function in mid-request loses nothing that was acknowledged', async () => {
    platform = await runPlatform();
    await keepsWhatItAcknowledged(async () => {
      for (const name of ['posts', 'categories']) {
        const [pid] = await instancePids(platform, name);
        process.kill(pid!, 'SIGKILL');
      }
    });
  });

  it('of PostgreSQL loses nothing that was acknowledged', async () => {
    platform = await runPlatform();
    await keepsWhatItAcknowledged(async () => {
      for (const pid of pidsOf(/bin\/postgres -D|^postgres:/)) process.kill(pid, 'SIGKILL');
    });
  });

  it('of the platform itself loses nothing, leaves no function behind, and the next start delivers what was left', async () => {
    platform = await runPlatform();
    const { home } = platform;
    const ports = { port: Number(new URL(platform.url).port), consolePort: Number(new URL(platform.console).port) };
    await keepsWhatItAcknowledged(async () => {
      const children = family(platform.pid)
        .filter(({ command }) => /build\/launcher/.test(command))
        .map(({ pid }) => pid);
      expect(children.length).toBeGreaterThan(0);
      await platform.kill();
      await eventually(
        async () =>
          children.filter(
            (pid) => existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z'),
          ),
        (alive) => alive.length === 0,
      );
      platform = await runPlatform({ home, ports });
    });
  });

  it('leaves no process behind after Ctrl-C', async () => {
    platform = await runPlatform();
    await blogAt(platform.url).call('GET', '/blog/api/posts');
    const all = family(platform.pid).map(({ pid }) => pid);
    expect(all.length).toBeGreaterThan(3);
    process.kill(platform.pid, 'SIGINT');
    expect(await platform.exited).toBe(0);
    expect(platform.output().trimEnd().split('\n').at(-1)).toBe('Dormouse has stopped.');
    expect(all.filter((pid) => spawnSync('kill', ['-0', String(pid)]).status === 0)).toEqual([]);
  });
});

const countsByCategory = async (blog: ReturnType<typeof blogAt>) => {
  const counted: Record<string, number> = {};
  const listed: Record<string, number> = {};
  const { body: categories } = await blog.call<{ name: string; slug: string; post_count: number }[]>(
    'GET',
    '/blog/api/categories',
  );
  if (!Array.isArray(categories)) return { counted, listed };
  for (const { name, slug, post_count } of categories.filter(({ name }) => /^(Alpha|Beta|Gamma|Delta)$/.test(name))) {
    counted[name] = post_count;
    listed[name] = await countPosts(blog, slug);
  }
  return { counted, listed };
};

/** Follows `Link: rel="next"` to the end. */
async function countPosts(blog: ReturnType<typeof blogAt>, slug: string): Promise<number> {
  let count = 0;
  for (let path: string | undefined = `/blog/api/posts?limit=100&category=${slug}`; path; ) {
    const response: ApiResponse<Post[]> = await blog.call<Post[]>('GET', path);
    count += response.body.length;
    path = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
  }
  return count;
}

/** Pids of a function's instances, from the console. */
const instancePids = async (platform: RunningPlatform, name: string): Promise<number[]> =>
  (await platform.services()).find((service) => service.name === name)!.pids;
