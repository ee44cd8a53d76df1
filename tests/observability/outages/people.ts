import { setTimeout as sleep } from 'node:timers/promises';
import { type Author, blogAt } from '../../blog.ts';

export interface Answer {
  atMs: number;
  /** 5xx, or none. */
  failed: boolean;
  tookMs: number;
  /** Of the author's. */
  written: boolean;
}

export interface People {
  /** Every answer so far, in the order in which they came. */
  answers: readonly Answer[];
  /** Resolves when the last request has been answered. */
  gone: Promise<void>;
  /** Nobody asks until the work has ended. */
  without<T>(work: () => Promise<T>): Promise<T>;
}

const timeoutMs = 30_000;

/** Ten requests of readers and one of an author each second, whatever became of the ones before, each answer noted with its moment. */
export async function people(url: string, over: AbortSignal): Promise<People> {
  const answers: Answer[] = [];
  const asking = new Set<Promise<void>>();
  const note = (written: boolean, ask: () => Promise<number>) => {
    const startMs = performance.now();
    const asked = ask()
      .catch(() => 599)
      .then((status) => {
        answers.push({ atMs: Date.now(), failed: status >= 500, tookMs: performance.now() - startMs, written });
        asking.delete(asked);
      });
    asking.add(asked);
  };
  const author = await blogAt(url).register();
  let away = false;
  const come = async () => {
    for (let n = 0; !over.aborted; n++, await sleep(100)) {
      if (away) continue;
      note(false, () => read(url, n));
      if (n % 10 === 0) note(true, () => write(author, n));
    }
    while (asking.size > 0) await sleep(100);
  };
  return {
    answers,
    gone: come(),
    async without(work) {
      away = true;
      try {
        return await work();
      } finally {
        away = false;
      }
    },
  };
}

async function read(url: string, n: number): Promise<number> {
  const path = n % 2 === 0 ? '/' : `/blog/api/posts?limit=${1 + (n % 90)}`;
  const response = await fetch(url + path, { signal: AbortSignal.timeout(timeoutMs) });
  await response.arrayBuffer();
  return response.status;
}

async function write(author: Author, n: number): Promise<number> {
  const body = { title: `Outage ${n}`, content: 'Words.', category_name: 'Outages', status: 'published' };
  return (await author.call('POST', '/blog/api/posts', { body })).status;
}
