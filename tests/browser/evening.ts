import { parseFeed } from 'feedsmith';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { beforeAll, expect, it } from 'vitest';
import { blogAt } from '../blog.ts';
import { journalAt } from '../journal.ts';
import { eventually, type RunningPlatform } from '../platform.ts';

const owner = { username: 'ines', password: 'a long pass phrase' };

/** A picture like no other. */
const drawn = async (hue: number): Promise<string> =>
  (
    await sharp({ create: { width: 660, height: 400, channels: 3, background: `hsl(${hue}, 60%, 50%)` } })
      .png()
      .toBuffer()
  ).toString('base64');

/**
 * From the link of the start to a reader's phone, as somebody lives it who has never seen this blog before.
 * @param running the platform, which nobody has set up, and a browser; asked for once its tests run
 */
export function strangersEvening(running: () => { platform: RunningPlatform; browser: Browser }): void {
  let platform: RunningPlatform;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    ({ platform, browser } = running());
    context = await browser.newContext({ baseURL: platform.url, viewport: { width: 1280, height: 800 } });
    // The first request of each function wakes it.
    context.setDefaultTimeout(30_000);
    page = await context.newPage();
    return () => context.close();
  });

  const text = () => page.getByLabel('Text', { exact: true });
  const status = (said: RegExp) => page.locator('.state [role="status"]').filter({ hasText: said }).waitFor();
  const mainButton = (name: string) => page.getByRole('main').getByRole('button', { name, exact: true });
  const endOfText = () => text().press('ControlOrMeta+End');

  const paste = (base64: string) =>
    text().evaluate((area, encoded) => {
      const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], 'hill.png', { type: 'image/png' }));
      area.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    }, base64);

  const killFunction = async (name: string) => {
    const { pids } = (await platform.services()).find((each) => each.name === name)!;
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    return pids.length;
  };

  it('begins with the link of the start, which makes a blog of one’s own name', async () => {
    const link = await eventually(async () => /\S+\/setup\?code=\S+/.exec(platform.output())?.[0], Boolean);
    await page.goto(link!);
    await page.getByLabel('Name of the blog').fill('Late light');
    await page.getByLabel('User name').fill(owner.username);
    await page.getByLabel('E-mail').fill('ines@example.org');
    await page.getByLabel('Password').fill(owner.password);
    await mainButton('Set up the blog').click();
    await page.getByRole('heading', { name: 'Your blog is ready' }).waitFor();
    expect(await page.title()).toContain('Late light');
  });

  it('gives it a logo, and fonts', async () => {
    await page.getByRole('link', { name: 'Settings' }).first().click();
    const buffer = Buffer.from(await drawn(30), 'base64');
    await page.getByLabel('Logo', { exact: true }).setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer });
    await page.getByLabel('Fonts', { exact: true }).selectOption('source');
    await mainButton('Save settings').click();
    await page.getByText('The settings are saved').waitFor();
    const logo = page.locator('.own-logo');
    await eventually(
      async () => {
        await page.reload();
        return logo.evaluate((image) => (image as HTMLImageElement).naturalWidth);
      },
      (width) => width > 0,
    );
    expect(await logo.getAttribute('alt')).toBe('Late light');
  });

  it('loses nothing that was typed when a function is killed and the tab closed', async () => {
    await page.goto('/blog/new');
    await page.getByLabel('Title', { exact: true }).fill('Three hills');
    await text().pressSequentially('Before the first. ');
    await status(/^Saved/);
    for (const [n, hue] of [120, 200, 280].entries()) {
      await endOfText();
      await paste(await drawn(hue));
      await expect
        .poll(
          () =>
            text()
              .inputValue()
              .then((value) => value.split('/blog/media/').length - 1),
          { timeout: 30_000 },
        )
        .toBe(n + 1);
      await page.keyboard.type(`Hill ${n + 1}`);
      await endOfText();
    }
    await status(/^Saved/);
    expect(await killFunction('posts')).toBeGreaterThan(0);
    await text().pressSequentially(' After the storm.');
    await status(/^(Saved|No connection|Kept)/);
    await endOfText();
    await text().pressSequentially(' Gone');
    await page.close();
    page = await context.newPage();
    await page.goto('/blog/posts/three-hills/edit');
    const offer = page.getByRole('button', { name: 'Restore' });
    if ((await offer.count()) > 0) await offer.first().click();
    const written = await text().inputValue();
    // What was typed in the last two seconds may be gone: the tab ended within the same moment.
    expect(written).toMatch(/^Before the first\. (!\[Hill \d\]\(\/blog\/media\/pictures\/\S+\)){3} After the storm\./);
    await endOfText();
    await text().pressSequentially(' The end.');
    await status(/^Saved/);
  });

  it('publishes it at the time that was asked for', async () => {
    const { body } = await blogAt(platform.url).call<{ token: string }>('POST', '/api/login', { body: owner });
    const journal = journalAt(platform.url, body.token, async () => {});
    const publications = () => journal.events({ type: 'dev.dormouse.post.published.v1' });
    const [last] = await publications();
    const time = page.getByLabel('Publish at');
    // Clocks of forms go by minutes; nobody waits that long here.
    await time.evaluate((field) => field.setAttribute('step', '1'));
    await time.fill(new Date(Date.now() + 5_000).toISOString().slice(0, 19));
    await mainButton('Publish').click();
    await page.waitForURL(/\/blog\/posts\/three-hills$/);
    const published = await eventually(
      async () => (await publications()).filter(({ position }) => position > (last?.position ?? 0)),
      ({ length }) => length > 0,
    );
    expect(published).toHaveLength(1);
  });

  it('ends on a phone that reads it, in a valid feed, and with a head that names its pictures', async () => {
    const phone = await browser.newPage({
      baseURL: platform.url,
      viewport: { width: 390, height: 844 },
      isMobile: true,
      hasTouch: true,
      javaScriptEnabled: false,
    });
    phone.setDefaultTimeout(30_000);
    const entry = phone.getByRole('link', { name: 'Three hills' }).first();
    await eventually(
      async () => {
        await phone.goto('/');
        return entry.count();
      },
      (count) => count > 0,
    );
    await entry.tap();
    await phone.getByRole('heading', { level: 1, name: 'Three hills' }).waitFor();
    const shown = phone.locator('.prose img');
    expect(await shown.count()).toBe(3);
    for (const picture of await shown.all()) {
      await picture.scrollIntoViewIfNeeded();
      await expect
        .poll(() => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth), { timeout: 20_000 })
        .toBeGreaterThan(0);
    }
    expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    const fonts = () => [...document.fonts].flatMap(({ family, status }) => (status === 'loaded' ? [family] : []));
    await expect.poll(() => phone.evaluate(fonts)).toEqual(['Dormouse Serif', 'Dormouse Sans']);
    const card = await phone.locator('meta[property="og:image"]').first().getAttribute('content');
    expect((await fetch(card!)).headers.get('content-type')).toMatch(/^image\//);
    await phone.close();

    const read = async (file: string) => parseFeed(await (await fetch(`${platform.url}/blog/${file}`)).text());
    const [atom, rss, json] = [await read('feed.xml'), await read('rss.xml'), await read('feed.json')];
    const one = ['Late light', 'Three hills', 3];
    const pictures = (html: string | undefined) => html?.match(/src="http:\/\/[\d.:]+\/blog\/media\//g)?.length;
    expect([atom, rss, json].map(({ format }) => format)).toEqual(['atom', 'rss', 'json']);
    if (atom.format !== 'atom' || rss.format !== 'rss' || json.format !== 'json') return;
    const [inAtom, inRss, inJson] = [atom.feed.entries?.[0], rss.feed.items?.[0], json.feed.items?.[0]];
    expect([
      [atom.feed.title?.value, inAtom?.title?.value, pictures(inAtom?.content?.value)],
      [rss.feed.title, inRss?.title, pictures(inRss?.content?.encoded)],
      [json.feed.title, inJson?.title, pictures(inJson?.content_html)],
    ]).toEqual([one, one, one]);
  });
}
