import { world } from '@dormouse/web/app.fixture';
import { fakePosts } from '@dormouse/web/posts.fixture';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FunctionInProcess, serveInProcess } from '../in-process.ts';
import { needsChromium, openBrowser } from './chromium.ts';

/** The editor with its script, in front of web alone: what it asks of other functions is answered by fakes. */
describe('the editor in a browser', needsChromium, () => {
  const posts = fakePosts();
  let web: FunctionInProcess;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    const given = world().web;
    const { app } = world({ posts: { ...given.posts, ...posts } });
    web = await serveInProcess('web', () => app);
    browser = await openBrowser();
    context = await browser.newContext({ baseURL: web.origin, viewport: { width: 900, height: 800 } });
    context.setDefaultTimeout(20_000);
    context.on('weberror', (error) => void problems.push(String(error.error())));
    context.on('console', (message) => {
      if (/Content.Security.Policy/i.test(message.text())) problems.push(message.text());
    });
    page = await context.newPage();
    await page.goto('/blog/login');
    await page.getByLabel('User name').fill('ada');
    await page.getByLabel('Password').fill('right');
    await page.getByRole('main').getByRole('button').click();
    await page.waitForURL((url) => url.pathname !== '/blog/login');
  });
  afterAll(async () => {
    await browser?.close();
    await web?.close();
  });
  beforeEach(() => posts.stored.clear());

  const status = (at: Page) => at.locator('.state [role="status"]');
  const says = (text: RegExp, at = page) => status(at).filter({ hasText: text }).waitFor();
  const text = (at: Page) => at.getByLabel('Text', { exact: true });
  const contents = () => [...posts.stored.values()].map(({ content }) => content);

  it('saves a draft by itself, under the address that it then has, and publishes it', async () => {
    await page.goto('/blog/new');
    await page.getByLabel('Title').fill('A walk');
    await text(page).pressSequentially('Up the hill.');
    await says(/^Saved \d/);
    expect(contents()).toEqual(['Up the hill.']);
    await text(page).press('End');
    await text(page).pressSequentially(' And down.');
    await expect.poll(contents, { timeout: 20_000 }).toEqual(['Up the hill. And down.']);
    expect(new URL(page.url()).pathname).toMatch(/^\/blog\/posts\/p-\d+\/edit$/);
    await page.getByLabel('Category').fill('Walks');
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.waitForURL(/\/blog\/posts\/p-\d+$/);
    expect([...posts.stored.values()].map(({ status }) => status)).toEqual(['published']);
    await page.goto('/blog/new');
    expect(await page.getByText('Unsaved text').count()).toBe(0);
  });

  it('offers what a closed tab had, and goes on from there', async () => {
    const { id } = posts.make('It rains.');
    await page.goto(`/blog/posts/p-${id}/edit`);
    await context.setOffline(true);
    await text(page).press('End');
    await text(page).pressSequentially(' Still.');
    await says(/^No connection/);
    await page.close();
    await context.setOffline(false);
    page = await context.newPage();
    await page.goto(`/blog/posts/p-${id}/edit`);
    const offer = page.getByRole('alert').filter({ hasText: 'Unsaved text from' });
    await offer.getByRole('button', { name: 'Restore' }).click();
    expect(await text(page).inputValue()).toBe('It rains. Still.');
    await expect.poll(contents, { timeout: 20_000 }).toEqual(['It rains. Still.']);
    await says(/^Saved/);
    await page.reload();
    expect(await page.getByText('Unsaved text').count()).toBe(0);
  });

  it('puts two tabs together at different places, and shows both texts at the same one', async () => {
    const { id } = posts.make('One.\n\nTwo.\n\nThree.');
    const other = await context.newPage();
    for (const each of [page, other]) await each.goto(`/blog/posts/p-${id}/edit`);
    const change = (at: Page, content: string) => text(at).fill(content);
    await change(page, 'One, mine.\n\nTwo.\n\nThree.');
    await says(/^Saved/);
    await change(other, 'One.\n\nTwo.\n\nThree, theirs.');
    await says(/^Saved/, other);
    await expect.poll(contents, { timeout: 20_000 }).toEqual(['One, mine.\n\nTwo.\n\nThree, theirs.']);
    expect(await text(other).inputValue()).toBe('One, mine.\n\nTwo.\n\nThree, theirs.');
    await change(page, 'One, mine again.\n\nTwo.\n\nThree.');
    await says(/^Saved/);
    await expect.poll(contents, { timeout: 20_000 }).toEqual(['One, mine again.\n\nTwo.\n\nThree, theirs.']);
    await change(other, 'One, theirs.\n\nTwo.\n\nThree, theirs.');
    await says(/^Changed at the same place/, other);
    await other.getByRole('button', { name: 'Compare' }).click();
    await other.getByRole('heading', { name: 'What is stored now' }).waitFor();
    expect(await other.getByLabel('Your text').inputValue()).toBe('One, theirs.\n\nTwo.\n\nThree, theirs.');
    expect(contents()).toEqual(['One, mine again.\n\nTwo.\n\nThree, theirs.']);
    await other.close();
  });

  it('breaks no rule of its policy, and throws nothing', () => {
    expect(problems).toEqual([]);
  });
});
