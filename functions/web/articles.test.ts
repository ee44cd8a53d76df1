import { expect, test } from 'vitest';
import { articles } from './articles.ts';
import type { Versioned } from './posts.ts';
import { renderInThread } from './render-thread.ts';

const versioned = (etag: string) => ({ post: { id: 7, content: 'text' }, etag }) as unknown as Versioned;

/** Articles whose renderer answers what `made` says, with what was stored and what was put off. */
function kept(made: { html: string; complete: boolean }[]) {
  const stored = new Map<string, string>();
  const later: { work: () => void; ms: number }[] = [];
  const cache = {
    get: async (key: string, load: () => Promise<string>) => stored.get(key) ?? stored.set(key, await load()).get(key)!,
  };
  const render = async () => made.shift() ?? Promise.reject(new Error('rendered too often'));
  return { of: articles(cache, 'r', render, (work, ms) => void later.push({ work, ms })).of, stored, later };
}

test('a whole article is rendered once, and kept for other instances', async () => {
  const { of, stored, later } = kept([{ html: 'whole', complete: true }]);
  expect([await of(versioned('1')), await of(versioned('1'))]).toEqual(['whole', 'whole']);
  expect([...stored]).toEqual([['r:7:1', 'whole']]);
  expect(later).toEqual([]);
});

test('one for which there was no time is shown for a minute, and kept for nobody else', async () => {
  const { of, stored, later } = kept([
    { html: 'plain', complete: false },
    { html: 'whole', complete: true },
  ]);
  expect([await of(versioned('1')), await of(versioned('1'))]).toEqual(['plain', 'plain']);
  expect(stored.size).toBe(0);
  expect(later.map(({ ms }) => ms)).toEqual([60_000]);
  later[0]?.work();
  expect(await of(versioned('1'))).toBe('whole');
});

test('of long ones no more are kept here than memory allows', async () => {
  const long = { html: 'x'.repeat(1536 * 1024), complete: true };
  const rendered: string[] = [];
  const { of } = articles({ get: (_, load) => load() }, 'r', async (content) => {
    rendered.push(content);
    return long;
  });
  const one = (name: string) => of({ post: { id: name, content: name }, etag: '1' } as never);
  for (const name of ['a', 'b', 'c', 'c', 'b']) expect((await one(name)).length).toBe(long.html.length);
  expect(rendered).toEqual(['a', 'b', 'c']);
  await one('a');
  expect(rendered).toEqual(['a', 'b', 'c', 'a']);
});

test('a failed one is tried again at once', async () => {
  const { of } = kept([]);
  await expect(of(versioned('1'))).rejects.toThrow('too often');
  await expect(of(versioned('1'))).rejects.toThrow('too often');
});

test('a long text is rendered in a thread; what takes too long there stands as it was written', async () => {
  const text = 'some *words* and more, of plain text, <c> '.repeat(2_300);
  const whole = await renderInThread(text, 60_000);
  expect(whole.complete).toBe(true);
  expect(whole.html).toContain('<em>words</em> and more, of plain text, &lt;c&gt;');
  const [late, next] = await Promise.all([renderInThread(text, 1), renderInThread('# next', 60_000)]);
  expect(late.complete).toBe(false);
  expect(late.html).toContain(
    '<pre class="as-written" tabindex="0">some *words* and more, of plain text, &lt;c&gt; some',
  );
  expect(next).toEqual({ html: '<h1 id="user-content-next">next</h1>\n', complete: true });
});

test('of very many at once some are not waited for', async () => {
  const all = await Promise.all(Array.from({ length: 25 }, () => renderInThread('# x', 60_000)));
  expect(all.filter(({ complete }) => complete).length).toBeGreaterThanOrEqual(20);
  expect(all.filter(({ complete }) => !complete).length).toBeGreaterThan(0);
});
