import { beforeAll, describe, expect, it } from 'vitest';
import { renderArticle } from './articles.ts';
import { pathological } from './pathological.fixture.ts';

/** CPU time, which other work of the machine changes less than the time by the clock; the best of some tries counts. */
const maxPageMs = 300;
const maxOthersMs = 100;
const tries = 5;

beforeAll(async () => {
  // Loads everything, and starts the thread.
  for (const length of [100, 20_000]) await renderArticle('word '.repeat(length));
  for (const language of ['java', 'ts', 'css']) await renderArticle(`\`\`\`${language}\na\n\`\`\``);
});

/** What the page took in all threads, and what of it in the one that others wait for, ms. */
async function rendered(text: string): Promise<{ html: string; pageMs: number; othersMs: number }> {
  const [all, here] = [process.cpuUsage(), process.threadCpuUsage()];
  const { html } = await renderArticle(text);
  const [allAfter, hereAfter] = [process.cpuUsage(all), process.threadCpuUsage(here)];
  return {
    html,
    pageMs: (allAfter.user + allAfter.system) / 1e3,
    othersMs: (hereAfter.user + hereAfter.system) / 1e3,
  };
}

async function best(text: string): Promise<{ html: string; pageMs: number; othersMs: number }> {
  let found = await rendered(text);
  for (let n = 1; n < tries && (found.pageMs >= maxPageMs || found.othersMs >= maxOthersMs); n++) {
    const next = await rendered(text);
    found = { ...next, pageMs: Math.min(found.pageMs, next.pageMs), othersMs: Math.min(found.othersMs, next.othersMs) };
  }
  return found;
}

describe('a page is rendered within 300 ms, and others wait less than 100 ms for it', () => {
  it.each(pathological)('%s: %s', async (_, __, text) => {
    // The longest text there may be, and the longest that is rendered without a thread.
    for (const given of [text, text.slice(0, 8_000)]) {
      const { html, pageMs, othersMs } = await best(given);
      expect(html).toBeTypeOf('string');
      expect(pageMs).toBeLessThan(maxPageMs);
      expect(othersMs).toBeLessThan(maxOthersMs);
    }
  });
});
