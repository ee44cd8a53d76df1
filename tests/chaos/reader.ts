import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from './ledger.ts';

const pages = ['/blog/', '/blog/api/posts', '/blog/api/categories'];
const newest = 120;
const pauseMs = 50;

/** Reads pages, lists and the newest posts, so that caches hold something. */
export async function read({
  ledger,
  url,
  wake,
  going,
}: {
  ledger: Ledger;
  url: string;
  /** Wakes the relay, more often than its schedule does. */
  wake?: string;
  going: () => boolean;
}): Promise<void> {
  for (let n = 0; going(); n++) {
    const ids = ledger.posts.slice(-newest).flatMap(({ id }) => id ?? []);
    const one = n % 3 === 0 ? undefined : ids[(n * 7) % ids.length];
    const path = one === undefined ? pages[Math.floor(n / 3) % pages.length] : `/blog/api/posts/${one}`;
    if (wake && n % 30 === 0) await ask('POST', wake);
    else await ask('GET', path!);
    await sleep(pauseMs);
  }

  async function ask(method: string, path: string): Promise<void> {
    try {
      await (await fetch(url + path, { method, signal: AbortSignal.timeout(5_000) })).arrayBuffer();
    } catch {
      // a fault is being injected
    }
  }
}
