import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { freePort } from '@dormouse/serving/process/free-port';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Author, blogAt } from '../blog.ts';
import { eventually, type RunningPlatform, runPlatform } from '../platform.ts';
import { compose, publish, signUp } from './author.ts';
import { needsChromium, openBrowser } from './chromium.ts';
import { strangersEvening } from './evening.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const article = (n: number) =>
  `# Heading ${n}\n\nSome *text* with [a link](https://example.org/).\n\n\`\`\`js\nconst n = ${n};\n\`\`\`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n`;

describe('in a browser', needsChromium, () => {
  let platform: RunningPlatform;
  let browser: Browser;
  let author: Author;

  beforeAll(async () => {
    // Cards of links name whole addresses, which only PUBLIC_URL tells.
    const ports = { port: await freePort(), consolePort: await freePort() };
    platform = await runPlatform({ ports, env: { PUBLIC_URL: `http://127.0.0.1:${ports.port}` } });
    browser = await openBrowser();
    author = await blogAt(platform.url).register();
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.stop();
  });

  describe('without JavaScript', () => {
    let context: BrowserContext;
    let page: Page;
    const violations: string[] = [];

    beforeAll(async () => {
      context = await browser.newContext({ javaScriptEnabled: false, baseURL: platform.url });
      page = await context.newPage();
      page.setDefaultTimeout(20_000);
      page.on(
        'console',
        (message) =>
          message.type() === 'error' &&
          /Content.Security.Policy/i.test(message.text()) &&
          violations.push(message.text()),
      );
      for (let n = 1; n <= 45; n++)
        await author.write({ title: `Article ${n}`, content: article(n), category_name: n % 2 ? 'C#' : 'C++' });
    });
    it('shows every article on the way to the last page, each once', async () => {
      const seen: string[] = [];
      await page.goto('/');
      for (let pages = 0; pages < 10; pages++) {
        seen.push(...(await page.locator('main article h2, main article h3').allInnerTexts()));
        const older = page.getByRole('link', { name: /older/i });
        if ((await older.count()) === 0) break;
        await older.first().click();
      }
      expect(seen).toEqual(Array.from({ length: 45 }, (_, index) => `Article ${45 - index}`));
    });

    it('opens an article: heading, highlighted code, table', async () => {
      await page.goto('/');
      await page.getByRole('link', { name: 'Article 45' }).first().click();
      expect(await page.title()).toContain('Article 45');
      expect(await page.locator('article h1').first().innerText()).toBe('Article 45');
      expect(await page.locator('pre code .hljs-keyword').first().innerText()).toBe('const');
      expect(await page.locator('article td').allInnerTexts()).toEqual(['1', '2']);
    });

    it('narrows to a category, whose twin with a similar name stays apart', async () => {
      await page.goto('/');
      await page.getByRole('link', { name: /C#/ }).first().click();
      const titles = await page.locator('main article h2, main article h3').allInnerTexts();
      expect(titles.length).toBeGreaterThan(0);
      expect(titles.every((title) => Number(title.replace('Article ', '')) % 2 === 1)).toBe(true);
    });

    it('finds an article from any page by keys alone, and narrows what it found', async () => {
      await page.goto('/blog/categories');
      await page.getByRole('searchbox', { name: 'Search' }).focus();
      await page.keyboard.type('article 17');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: '1 post found' }).waitFor();
      expect(await page.locator('main mark').first().innerText()).toBe('17');
      await page.getByLabel('What to look for').fill('highlighted');
      await page.keyboard.press('Enter');
      await page.getByText('fewer find more').waitFor();
      await page.getByLabel('What to look for').fill('heading');
      await page.getByText('Only some posts').click();
      await page.getByLabel('Category').selectOption('C#');
      await page.getByRole('button', { name: 'Search' }).click();
      await page.getByRole('heading', { name: '23 posts found' }).waitFor();
      await page.getByRole('link', { name: 'More results' }).click();
      expect(await page.locator('main article').count()).toBe(3);
      expect(await page.getByLabel('Category').inputValue()).toBe('c-sharp');
    });

    it('signs up, writes with a preview, sees the post, edits and deletes it', async () => {
      await signUp(page, 'bertha');
      await compose(page, {
        title: 'From the browser <script>alert(1)</script>',
        category: 'Brand new',
        content: 'Hello **world**\n\n<script>alert(2)</script>',
      });
      await page.getByRole('button', { name: /preview/i }).click();
      expect(await page.locator('strong', { hasText: 'world' }).count()).toBe(1);
      await publish(page);
      expect(await page.locator('article h1').first().innerText()).toBe('From the browser <script>alert(1)</script>');
      expect(await page.locator('article script').count()).toBe(0);
      await page.goto('/');
      expect(await page.getByRole('link', { name: /From the browser/ }).count()).toBeGreaterThan(0);
      await page
        .getByRole('link', { name: /From the browser/ })
        .first()
        .click();
      await page.getByRole('link', { name: /edit/i }).first().click();
      await page.getByLabel(/title/i).fill('Edited');
      await page
        .getByRole('button', { name: /publish|save|update/i })
        .first()
        .click();
      expect(await page.locator('article h1').first().innerText()).toBe('Edited');
      await page
        .getByRole('link', { name: /delete/i })
        .first()
        .click();
      const confirm = page.getByRole('button', { name: /delete/i }).first();
      await confirm.click();
      await page.getByRole('button', { name: 'Undo' }).click();
      expect(await page.locator('article h1').first().innerText()).toBe('Edited');
      await page
        .getByRole('link', { name: /delete/i })
        .first()
        .click();
      await confirm.click();
      await eventually(
        async () => {
          await page.goto('/');
          return page.getByRole('link', { name: 'Edited' }).count();
        },
        (count) => count === 0,
        5,
      );
    });

    it('keeps what was typed when it is refused', async () => {
      await compose(page, { title: 'x'.repeat(121), category: 'General', content: 'long work' });
      // The browser would stop at its own maxlength; a client that does not is answered by the server.
      await page
        .locator('form')
        .evaluateAll(() => {})
        .catch(() => {});
      await page
        .getByRole('button', { name: /publish/i })
        .first()
        .click();
      expect(await page.getByLabel(/text|content|markdown/i).inputValue()).toBe('long work');
    });

    it('breaks no rule of its own Content-Security-Policy', () => {
      expect(violations).toEqual([]);
    });
  });

  describe('accessibility, by axe', () => {
    beforeAll(async () => {
      await author.write({ title: 'Article in a topic', content: article(1), category_name: 'Topic 1' });
    });
    for (const scheme of ['light', 'dark'] as const)
      for (const path of [
        '/',
        '/blog/posts/article-1',
        '/blog/categories/topic-1',
        '/blog/login',
        '/blog/signup',
        '/setup',
        '/blog/join',
        '/search?q=Article',
        '/search?q=nowhere&tag=x',
        '/blog/nowhere',
      ])
        it(`finds nothing to mend on ${path} (${scheme})`, async () => {
          const context = await browser.newContext({ baseURL: platform.url, colorScheme: scheme, bypassCSP: true });
          const page = await context.newPage();
          await page.goto(path);
          await page.addScriptTag({ content: axe });
          const found = (await page.evaluate('axe.run()')) as {
            violations: { id: string; nodes: { html: string }[] }[];
          };
          expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
          await context.close();
        });
  });

  it.each(['/', '/blog/posts/article-1', '/blog/nowhere'])(
    'goes through %s by the Tab key, in the order of the page, and sees where it is',
    async (path) => {
      const context = await browser.newContext({ baseURL: platform.url, viewport: { width: 900, height: 700 } });
      const page = await context.newPage();
      await page.goto(path);
      const controls = await page.evaluate(() => {
        const all = [...document.querySelectorAll('*')];
        return all.flatMap((each, n) =>
          each.matches(
            ':is(a[href], button, summary, select, textarea, input:not([type=hidden])):not([tabindex="-1"])',
          ) && each.checkVisibility()
            ? [n]
            : [],
        );
      });
      const seen: { at: number; isShown: boolean; isMarked: boolean }[] = [];
      for (let n = 0; n < 2 * controls.length; n++) {
        await page.keyboard.press('Tab');
        const now = await page.evaluate(() => {
          const each = document.activeElement!;
          const { top, bottom, width } = each.getBoundingClientRect();
          const { outlineStyle, outlineWidth } = getComputedStyle(each);
          return {
            at: [...document.querySelectorAll('*')].indexOf(each),
            isShown: top < innerHeight && bottom > 0 && width > 0,
            isMarked: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2,
          };
        });
        if (now.at <= (seen.at(-1)?.at ?? 0)) break;
        seen.push(now);
      }
      const reached = seen.map(({ at }) => at);
      expect(controls.filter((control) => !reached.includes(control))).toEqual([]);
      expect(seen.filter(({ isShown, isMarked }) => !isShown || !isMarked)).toEqual([]);
      await context.close();
    },
  );

  it('shows the oddest posts at 320 and at 1280 pixels with nothing wider than the screen', async () => {
    const word = 'W'.repeat(120);
    const row = (cell: string) => `|${` ${cell} |`.repeat(30)}\n`;
    const level = (n: number) => `${'#'.repeat(n)} ${word}\n\n`;
    const content = `${[1, 2, 3, 6, 10].map(level).join('')}${row('column')}${row('---')}${row('value')}\n\`\`\`ts\nconst a = '${word}${word}';\n\`\`\`\n\n> ${word}\n\n- ${word}\n  - ${word}\n\n\`${word}\` https://example.org/${word}`;
    const tags = [word.slice(0, 50), '🎉'];
    const wide = await author.write({
      title: word,
      content,
      category_name: '한글로만쓴아주긴분류의이름그리고더길게',
      tags,
    });
    const title = 'مرحبا بالعالم 👨‍👩‍👧‍👦';
    const arabic = await author.write({
      title,
      content: `- أهلا\n\n> اقتباس\n\n${row('ا')}${row('---')}`,
      category_name: '산책',
    });
    const page = await browser.newPage({ baseURL: platform.url });
    const tooWide: string[] = [];
    for (const path of [
      '/',
      `/blog/posts/${wide.slug}`,
      `/blog/posts/${arabic.slug}`,
      '/blog/tags',
      `/blog/authors/${author.name}`,
    ])
      for (const width of [320, 1280]) {
        await page.setViewportSize({ width, height: 640 });
        await page.goto(path);
        // The name of a blog is no part of its posts, and as long as its owner wants it.
        await page.evaluate((name) => document.querySelector('.brand span')!.replaceChildren(name), word.slice(0, 80));
        const shown = await page.evaluate(() => document.documentElement.scrollWidth);
        if (shown > width) tooWide.push(`${path} at ${width}: ${shown}`);
      }
    expect(tooWide).toEqual([]);
    await page.close();
  });

  // At the end: it sets the blog up, and nobody can register after that.
  describe('a stranger’s evening', () => strangersEvening(() => ({ platform, browser })));
});
