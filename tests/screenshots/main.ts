// Photographs every page of a sample blog on a platform of its own: `npm run screenshots -- FOLDER [PART]`.
// At 390, 1280 and 1920 pixels, light and dark, English and Korean, each as PAGE-WIDTH-SCHEME-LANGUAGE.png; pages with a script also without it.
// PART photographs those alone whose names match it, a regular expression: `settings`, `390-dark-ko`, `^(list|post)-1280`. Says what is wider than its screen and what axe finds; ends with 1 when there is something. Needs chromium.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { chromiumPath, openBrowser } from '../browser/chromium.ts';
import { eventually, runPlatform } from '../platform.ts';
import { lendKoreanFont } from './korean-font.ts';
import { fillSampleBlog, owner } from './sample-blog.ts';

const [folder, part = ''] = process.argv.slice(2);
if (!folder || !chromiumPath) throw new TypeError('npm run screenshots -- FOLDER [PART], with chromium on the PATH');
mkdirSync(folder, { recursive: true });

interface Shown {
  path: string;
  /** Who looks at it. */
  as?: 'owner';
  /** It has a script. */
  isScripted?: true;
  /** Longer than a picture can be: the first screen does. */
  isLong?: true;
}

const pages: Record<string, Shown> = {
  list: { path: '/' },
  post: { path: '/blog/posts/three-hills-before-supper' },
  'post-next': { path: '/blog/posts/notes-on-a-slow-sunday' },
  'post-code': { path: '/blog/posts/a-lamp-that-knows-the-hour' },
  'post-korean': { path: '/blog/categories/산책' },
  page: { path: '/blog/posts/about' },
  category: { path: '/blog/categories/walks' },
  categories: { path: '/blog/categories' },
  tag: { path: '/blog/tags/light' },
  tags: { path: '/blog/tags' },
  archive: { path: '/blog/archive' },
  author: { path: '/blog/authors/ines' },
  search: { path: '/search?q=hill' },
  'search-nothing': { path: '/search?q=submarine' },
  numbers: { path: '/stats' },
  'not-found': { path: '/blog/nowhere' },
  'log-in': { path: '/blog/login' },
  'sign-up': { path: '/blog/signup' },
  claim: { path: '/claim' },
  'password-forgotten': { path: '/blog/password-reset' },
  'password-new': { path: '/blog/password-reset/new?token=one' },
  'log-in-link': { path: '/blog/login-link' },
  'log-in-link-open': { path: '/blog/login-link/open?token=one' },
  'verify-email': { path: '/blog/verify-email?token=one' },
  'comment-mails': { path: '/blog/comment-mails/off?token=one' },
  join: { path: '/blog/join' },
  appearance: { path: '/blog/appearance' },
  reference: { path: '/docs/api', isLong: true },
  'set-up-done': { path: '/setup' },
  own: { path: '/blog/posts', as: 'owner' },
  deleted: { path: '/blog/deleted', as: 'owner' },
  editor: { path: '/blog/posts/not-finished-yet/edit', as: 'owner', isScripted: true },
  'editor-new': { path: '/blog/new', as: 'owner', isScripted: true },
  'editor-page': { path: '/blog/new?kind=page', as: 'owner', isScripted: true },
  'draft-own': { path: '/blog/posts/not-finished-yet', as: 'owner' },
  'draft-link': { path: '/blog/posts/not-finished-yet/preview', as: 'owner' },
  'post-own': { path: '/blog/posts/three-hills-before-supper', as: 'owner' },
  versions: { path: '/blog/posts/three-hills-before-supper/revisions?version=1', as: 'owner' },
  delete: { path: '/blog/posts/about/delete', as: 'owner' },
  settings: { path: '/blog/settings', as: 'owner' },
  people: { path: '/blog/people', as: 'owner' },
  account: { path: '/blog/account', as: 'owner' },
  'passkey-new': { path: '/blog/account/passkeys/new', as: 'owner', isScripted: true },
  'second-factor': { path: '/blog/account/second-factor', as: 'owner' },
  comments: { path: '/blog/comments', as: 'owner' },
  webhooks: { path: '/blog/webhooks', as: 'owner' },
  'account-delete': { path: '/blog/account/delete', as: 'owner' },
};

/** In the fonts that a blog may send. */
const inOwnFonts: Record<string, Shown> = {
  'fonts-list': { path: '/' },
  'fonts-post': { path: '/blog/posts/three-hills-before-supper' },
};

const wantedNames = new RegExp(part);
const widths = [390, 1280, 1920] as const;
const schemes = ['light', 'dark'] as const;
const fontsMs = 5_000;
const fileName = (name: string, width: number, suffix: string): string => `${name}-${width}-${suffix}.png`;
const wantedWidths = (name: string, suffix: string) =>
  widths.filter((width) => wantedNames.test(fileName(name, width, suffix)));
const found: string[] = [];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let count = 0;

const platform = await runPlatform();
const browser = await openBrowser();
try {
  const link = (await eventually(async () => /\S+\/setup\?code=\S+/.exec(platform.output())?.[0], Boolean))!;
  await photographSetUp(link);
  const blog = await fillSampleBlog(platform.url, link);
  Object.assign(pages, {
    'join-invited': { path: `/blog/join?code=${blog.invitation}` },
    'draft-by-link': { path: `/blog/previews/${blog.preview}` },
  });
  for (const language of ['en', 'ko'] as const) {
    await blog.change({ language, layout: 'list' });
    for (const scheme of schemes) await photographAll(pages, scheme, language);
    await blog.change({ layout: 'cards' });
    for (const scheme of schemes) await photographAll({ 'list-cards': { path: '/' } }, scheme, language);
    await blog.change({ layout: 'list', fonts: 'source' });
    for (const scheme of schemes) await photographAll(inOwnFonts, scheme, language);
    await blog.change({ fonts: 'system' });
  }
} finally {
  await browser.close();
  await platform.stop();
}
console.log(`${count} screenshots in ${folder}`);
if (found.length > 0) process.exitCode = 1;

async function newContext(options: BrowserContextOptions): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: platform.url, bypassCSP: true, ...options });
  await lendKoreanFont(context);
  return context;
}

/** The page that there is before the blog has a language: in that of the browser. */
async function photographSetUp(link: string): Promise<void> {
  for (const language of ['en', 'ko'] as const)
    for (const scheme of schemes) {
      const context = await newContext({ colorScheme: scheme, locale: language });
      await photograph(await context.newPage(), 'set-up', { path: link }, `${scheme}-${language}`);
      await context.close();
    }
}

async function photographAll(
  pages: Readonly<Record<string, Shown>>,
  scheme: (typeof schemes)[number],
  language: string,
): Promise<void> {
  const contexts = new Map<string, BrowserContext>();
  async function contextOf(as: string, isScripted: boolean): Promise<BrowserContext> {
    const known = contexts.get(`${as} ${isScripted}`);
    if (known) return known;
    const context = await newContext({ colorScheme: scheme, locale: language, javaScriptEnabled: isScripted });
    if (as === 'owner') await logIn(await context.newPage());
    contexts.set(`${as} ${isScripted}`, context);
    return context;
  }
  for (const [name, shown] of Object.entries(pages))
    for (const isScripted of shown.isScripted ? [true, false] : [true]) {
      const file = isScripted ? name : `${name}-without-script`;
      if (wantedWidths(file, `${scheme}-${language}`).length === 0) continue;
      const page = await (await contextOf(shown.as ?? 'reader', isScripted)).newPage();
      await photograph(page, file, shown, `${scheme}-${language}`, isScripted);
      await page.close();
    }
  for (const context of contexts.values()) await context.close();
}

async function logIn(page: Page): Promise<void> {
  await page.goto('/blog/login');
  await page.locator('#username').fill(owner.username);
  await page.locator('#password').fill(owner.password);
  await page.locator('main form[action="/blog/login"] button').click();
  // A page that is closed while it goes on takes a minute to close.
  await page.waitForURL((url) => url.pathname !== '/blog/login', { waitUntil: 'load' });
  await page.close();
}

async function photograph(
  page: Page,
  name: string,
  { path, isLong }: Shown,
  suffix: string,
  isChecked = true,
): Promise<void> {
  const wanted = wantedWidths(name, suffix);
  if (wanted.length === 0) return;
  await page.goto(path, { waitUntil: 'load' });
  await page.setViewportSize({ width: 320, height: 640 });
  await notWiderThan(page, 320, `${name}-320-${suffix}`);
  for (const width of wanted) {
    await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
    // Pictures further down are loaded when somebody comes near them.
    for (const picture of await page.locator('img').all())
      await picture.scrollIntoViewIfNeeded({ timeout: 1_000 }).catch(() => {});
    const fonts = page.evaluate(async () => {
      // A layout asks for the fonts that it needs: only after it is known what there is to wait for.
      for (let left = 3; left > 0; left--) {
        scrollTo(0, document.body.offsetHeight * 0);
        await document.fonts.ready;
      }
    });
    // Where scripts are off, this may never be said.
    await Promise.race([fonts.catch(() => {}), setTimeout(fontsMs, undefined, { ref: false })]);
    const file = fileName(name, width, suffix);
    await notWiderThan(page, width, file);
    await page.screenshot({ path: join(folder!, file), fullPage: !isLong, timeout: 120_000 });
    count++;
    if (isChecked && !isLong) for (const each of await violations(page)) note(`${file}: ${each}`);
  }
}

function note(what: string): void {
  found.push(what);
  console.log(what);
}

async function notWiderThan(page: Page, width: number, file: string): Promise<void> {
  const size = await page.evaluate(() => document.documentElement.scrollWidth);
  if (size > width) note(`${file}: ${size} pixels wide`);
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const result = (await page.evaluate('axe.run()')) as { violations: { id: string; nodes: { html: string }[] }[] };
  return result.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}
