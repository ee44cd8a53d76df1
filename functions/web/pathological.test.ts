import { beforeAll, describe, expect, it } from 'vitest';
import { renderArticle } from './articles.ts';
import { renderMarkdown } from './markdown.ts';
import { pathological } from './pathological.fixture.ts';
import { renderInThread } from './render-thread.ts';

/**
 * Nothing here is measured by the clock: what a busy machine takes from it is nobody's cost. Work is measured in CPU time of its own
 * thread, and CPU time, which caches and other work stretch, in ordinary articles that are rendered right before it.
 */
const paragraph =
  'Some *words* of an [ordinary](https://example.org/a) article, with `code` in **between**, that goes on.\n\n- one\n- two\n\n';
const ordinary = paragraph.repeat(Math.floor(8_000 / paragraph.length));
/** Of an ordinary article's 2 to 3 ms on a machine without other work: 300 ms and 100 ms. */
const [maxWork, maxHere] = [120, 40];
const tries = 5;
/** As the thread renders, and as this one does. */
const inThread = { highlightMs: 100 };

beforeAll(async () => {
  // Loads everything, and starts the thread.
  for (const length of [100, 20_000]) await renderArticle('word '.repeat(length));
  for (let n = 0; n < 20; n++) await renderMarkdown(ordinary);
  for (const language of ['java', 'ts', 'css']) await renderMarkdown(`\`\`\`${language}\na\n\`\`\``);
});

async function cpuMs(work: () => Promise<unknown>): Promise<number> {
  const before = threadMs();
  await work();
  return threadMs() - before;
}

/** Linux adds up the time of a running thread at each tick (4 ms), and when somebody asks for that of the whole process. */
function threadMs(): number {
  process.cpuUsage();
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e3;
}

/** What some work takes of this thread, in ordinary articles: of some tries the best, of either. */
async function cost(work: () => Promise<unknown>, max: number): Promise<number> {
  let [best, unit] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let n = 0; n < tries && !(best / unit < max); n++) {
    for (let m = 0; m < 3; m++) unit = Math.min(unit, await cpuMs(() => renderMarkdown(ordinary)));
    best = Math.min(best, await cpuMs(work));
  }
  return best / unit;
}

describe('a text of a megabyte', () => {
  const megabyte = (unit: string) => unit.repeat(Math.floor((1024 * 1024) / unit.length));
  it('is laid out as any other, in the thread', async () => {
    const text = megabyte(`${paragraph}${'Then there are plain words, as most words are. '.repeat(12)}\n\n`);
    // A busy machine may take longer than a reader would wait.
    const { html, complete } = await renderInThread(text, 60_000);
    expect(html.slice(0, 200)).not.toContain('as-written');
    expect([complete, html.match(/<p>/g)?.length]).toEqual([true, 2 * (text.match(/ordinary/g)?.length ?? 0)]);
    expect(await cost(() => renderArticle(text), maxHere)).toBeLessThan(maxHere);
  });
  it.each([
    ['closers of emphasis', 'a_ '],
    ['rows of a table', '|a|b|\n|-|-|\n|x|y|\n'],
    ['links', '[a](b) '],
  ])('holds up nobody when it takes too long: %s', async (_, unit) => {
    expect((await renderArticle(megabyte(unit))).html).toBeTypeOf('string');
    expect(await cost(() => renderArticle(megabyte(unit)), maxHere)).toBeLessThan(maxHere);
  });
});

describe('a text costs less than 120 ordinary articles, and others wait for 40 of them at the most', () => {
  it.each(pathological)('%s: %s', async (_, __, text) => {
    const start = text.slice(0, 8_000);
    expect((await renderArticle(text)).html).toBeTypeOf('string');
    expect((await renderArticle(start)).html).toBeTypeOf('string');
    // The longest text there may be: in the thread, for which this one does little, …
    expect(await cost(() => renderMarkdown(text, inThread), maxWork)).toBeLessThan(maxWork);
    expect(await cost(() => renderArticle(text), maxHere)).toBeLessThan(maxHere);
    // … and the longest that is rendered without a thread.
    expect(await cost(() => renderArticle(start), maxHere)).toBeLessThan(maxHere);
  });
});
