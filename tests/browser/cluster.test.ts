import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingCluster, skippedFor } from '../needs.ts';
import { eventually } from '../platform.ts';
import { compose, publish, signUp } from './author.ts';
import { missingBrowser, openBrowser } from './chromium.ts';

const { INGRESS, SCREENSHOTS } = process.env;

/** INGRESS is the gateway's address; SCREENSHOTS, where set, a folder for pictures of what was seen. */
describe('[cluster] in a browser, through the gateway', skippedFor([...missingCluster(), ...missingBrowser]), () => {
  const unique = Date.now().toString(36);
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await openBrowser();
    page = await browser.newPage({ javaScriptEnabled: false, baseURL: INGRESS! });
    // The first request may wake functions.
    page.setDefaultTimeout(60_000);
  });
  afterAll(() => browser?.close());

  const photograph = async (name: string) => {
    if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/${name}.png`, fullPage: true });
  };

  it('somebody signs up, writes, and everybody reads it', async () => {
    await signUp(page, `browser-${unique}`);
    await photograph('signed-up');
    await compose(page, { title: `Seen from outside ${unique}`, category: 'Clusters', content: 'Hello **cluster**' });
    await publish(page);
    expect(await page.locator('article h1').first().innerText()).toBe(`Seen from outside ${unique}`);
    expect(await page.locator('article strong').first().innerText()).toBe('cluster');
    await photograph('published');

    const reader = await browser.newPage({ baseURL: INGRESS! });
    await reader.goto('/');
    await reader
      .getByRole('link', { name: `Seen from outside ${unique}` })
      .first()
      .click();
    expect(await reader.title()).toContain(`Seen from outside ${unique}`);
    await reader.close();
  });

  it('and its category counts it', async () => {
    const count = async () =>
      ((await (await fetch(`${INGRESS}/blog/api/categories/clusters`)).json()) as { post_count?: number }).post_count ??
      0;
    expect(await eventually(count, (posts) => posts > 0)).toBeGreaterThan(0);
    await page.goto('/');
    await photograph('front');
  });
});
