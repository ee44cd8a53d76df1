import { setTimeout as sleep } from 'node:timers/promises';
import { blogAt } from '../blog.ts';

/** Some readers, a writer, and people who log in, until it is over; errors are what is looked for elsewhere. Resolves with how many were answered below 500, and how many not. */
export async function traffic(url: string, over: AbortSignal): Promise<{ served: number; failed: number }> {
  const counts = { served: 0, failed: 0 };
  const blog = blogAt(url);
  const people = await Promise.all(Array.from({ length: 6 }, () => blog.register()));
  const author = people[0]!;
  const note = (status: number) => counts[status < 500 ? 'served' : 'failed']++;
  const again = async (pauseMs: number, ask: () => Promise<{ status: number }>) => {
    for (; !over.aborted; await sleep(pauseMs)) note((await ask().catch(() => ({ status: 599 }))).status);
  };
  let n = 0;
  let logins = 0;
  const login = () => {
    const { name, password } = people[logins++ % people.length]!;
    return blog.call('POST', '/api/login', { body: { username: name, password } });
  };
  await Promise.all([
    again(100, () => blog.call('GET', `/blog/api/posts?limit=${1 + (n++ % 90)}`)),
    again(200, () => author.call('GET', '/blog/api/posts')),
    again(500, () =>
      author.call('POST', '/blog/api/posts', { body: { title: `Post ${n}`, content: 'x', category_name: 'Trials' } }),
    ),
    again(3000, login),
    again(1000, () => blog.call('GET', '/blog/api/categories')),
  ]);
  return counts;
}
