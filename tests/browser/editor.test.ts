import { readNewPasskey, readUse } from '@dormouse/auth/passkey-answer';
import { creationOptions, requestOptions } from '@dormouse/auth/passkey-options';
import type { Passkey } from '@dormouse/auth/passkey-store';
import { fail } from '@dormouse/runtime/errors';
import { world } from '@dormouse/web/app.fixture';
import { fakePosts } from '@dormouse/web/posts.fixture';
import type { Browser, BrowserContext, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FunctionInProcess, serveInProcess } from '../in-process.ts';
import { needsChromium, openBrowser } from './chromium.ts';
import { Hands, tasks, type Way } from './writers-tasks.ts';

const picture = '/blog/media/pictures/x-1280.jpg';

/** The editor with its script, in front of web alone: what it asks of other functions is answered by fakes. */
describe('the editor in a browser', needsChromium, () => {
  const posts = fakePosts();
  let web: FunctionInProcess;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const problems: string[] = [];
  let blog: ReturnType<typeof world>;

  beforeAll(async () => {
    const given = world().web;
    const upload = async (bytes: Buffer) =>
      bytes.toString().startsWith('no')
        ? fail('unsupported_media_type', 'It is no picture.')
        : { address: picture, hash: 'a'.repeat(64) };
    const pictures = { ...given.pictures, upload: upload as unknown as typeof given.pictures.upload };
    blog = world({ posts: { ...given.posts, ...posts }, pictures });
    web = await serveInProcess('web', () => blog.app);
    browser = await openBrowser();
    context = await browser.newContext({ baseURL: web.origin, viewport: { width: 900, height: 800 } });
    context.setDefaultTimeout(20_000);
    context.on('weberror', (error) => void problems.push(String(error.error())));
    context.on('console', (message) => {
      if (/Content.Security.Policy/i.test(message.text())) problems.push(message.text());
    });
    page = await context.newPage();
    await logIn(page, 'ada');
  });
  afterAll(async () => {
    await browser?.close();
    await web?.close();
  });
  beforeEach(() => posts.stored.clear());

  async function logIn(at: Page, name: string): Promise<void> {
    await at.goto('/blog/login');
    await at.getByLabel('User name').fill(name);
    await at.getByLabel('Password').fill('right');
    await at.getByRole('main').getByRole('button', { name: 'Log in', exact: true }).click();
    await at.waitForURL((url) => url.pathname !== '/blog/login');
  }
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

  it('saves what is typed on after restoring, and offers what that took the place of', async () => {
    await page.goto('/blog/new');
    await context.setOffline(true);
    await page.getByLabel('Title').fill('A walk');
    await text(page).pressSequentially('Up.');
    await says(/^No connection/);
    await page.close();
    await context.setOffline(false);
    page = await context.newPage();
    await page.goto('/blog/new');
    await text(page).pressSequentially('Something else.');
    const offer = page.getByRole('alert').filter({ hasText: 'Unsaved text from' });
    await offer.getByRole('button', { name: 'Restore' }).click();
    await text(page).press('End');
    await text(page).pressSequentially(' Down.');
    await expect.poll(contents, { timeout: 20_000 }).toEqual(['Up. Down.']);
    await page.goto('/blog/new');
    await offer.getByRole('button', { name: 'Restore' }).click();
    expect(await text(page).inputValue()).toBe('Something else.');
    await text(page).fill('');
  });

  it('stays when something was typed before the answer to a button, and saves that', async () => {
    const { id } = posts.make('Up.');
    await page.goto(`/blog/posts/p-${id}/edit`);
    const { promise: isTyped, resolve: goOn } = Promise.withResolvers<void>();
    const late = async (route: Route) => {
      await isTyped;
      await route.continue();
    };
    await page.route('**/edit', late, { times: 1 });
    await page.getByRole('button', { name: 'Save draft' }).click();
    await text(page).press('End');
    await text(page).pressSequentially(' Down.');
    goOn();
    await expect.poll(contents, { timeout: 20_000 }).toEqual(['Up. Down.']);
    await says(/^Saved/);
    expect(new URL(page.url()).pathname).toBe(`/blog/posts/p-${id}/edit`);
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

  /** What happens when a file is pasted. */
  const paste = (content: string) =>
    text(page).evaluate((area, bytes) => {
      const data = new DataTransfer();
      data.items.add(new File([bytes], 'hill.png', { type: 'image/png' }));
      area.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    }, content);

  it('uploads a picture that is pasted, selects what is to be said of it, and says why one is refused', async () => {
    const { id } = posts.make('Before.');
    await page.goto(`/blog/posts/p-${id}/edit`);
    await text(page).press('End');
    await paste('a picture');
    await expect.poll(() => text(page).inputValue(), { timeout: 20_000 }).toBe(`Before.![what it shows](${picture})`);
    await page.keyboard.type('The hill');
    await expect.poll(contents, { timeout: 20_000 }).toEqual([`Before.![The hill](${picture})`]);
    await paste('no picture');
    await page.getByText('It is no picture.').waitFor();
    expect(await text(page).inputValue()).toBe(`Before.![The hill](${picture})`);
    await page.getByRole('button', { name: 'Close' }).click();
  });

  it('formats by buttons and keys, and takes it back', async () => {
    const { id } = posts.make('one two');
    await page.goto(`/blog/posts/p-${id}/edit`);
    await text(page).press('ControlOrMeta+A');
    await page.keyboard.press('ControlOrMeta+B');
    expect(await text(page).inputValue()).toBe('**one two**');
    await page.getByRole('button', { name: 'List' }).click();
    expect(await text(page).inputValue()).toBe('- **one two**');
    await page.keyboard.press('ControlOrMeta+Z');
    expect(await text(page).inputValue()).toBe('**one two**');
    await page.keyboard.press('ControlOrMeta+S');
    await expect.poll(contents, { timeout: 20_000 }).toEqual(['**one two**']);
    await page.getByText('2 words').waitFor();
  });

  it('shows beside the text, on a wide screen, to the byte what the page will show', async () => {
    const { id } = posts.make('# A *hill*');
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(`/blog/posts/p-${id}/edit`);
    const preview = page.getByRole('region', { name: 'Preview' });
    await preview.getByRole('heading', { name: 'A hill' }).waitFor();
    await text(page).press('End');
    await page.keyboard.type('\n\n```js\nlet a = 1;\n```');
    await preview.locator('.hljs-keyword').waitFor();
    const shown = await preview.locator('.prose').evaluate((element) => element.outerHTML);
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.waitForURL(/\/blog\/posts\/p-\d+$/);
    expect(await page.locator('.prose').evaluate((element) => element.outerHTML)).toBe(shown);
  });

  it('asks before text goes that only the browser has, names it, and removes it when somebody logs out', async () => {
    const { id } = posts.make('As stored.');
    posts.stored.set(id, { ...posts.stored.get(id)!, status: 'published' });
    await page.goto(`/blog/posts/p-${id}/edit`);
    await text(page).press('End');
    await text(page).pressSequentially(' Not saved.');
    await says(/^Kept in this browser/);
    await page.getByRole('button', { name: /^Log out/ }).click();
    await page.getByRole('heading', { name: 'Some text is not saved' }).waitFor();
    expect(await page.getByRole('link', { name: /^Unsaved text from .*“Title”/ }).count()).toBeGreaterThan(0);
    expect(await page.locator(`main a[href="/blog/posts/p-${id}/edit"]`).count()).toBe(1);
    await logIn(page, 'ada');
    await page.goto(`/blog/posts/p-${id}/edit`);
    await page.getByRole('button', { name: 'Restore' }).click();
    expect(await text(page).inputValue()).toBe('As stored. Not saved.');
    await page.getByRole('button', { name: /^Log out/ }).click();
    await page.getByRole('button', { name: 'Remove it' }).click();
    await page.getByRole('link', { name: 'Log in' }).waitFor();
    expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('copy')))).toEqual([]);
    await logIn(page, 'ada');
    await page.goto('/blog/new');
    await page.getByLabel('Title').fill('A walk');
    await text(page).pressSequentially('Saved on the way.');
    await page.getByRole('button', { name: /^Log out/ }).click();
    await page.getByRole('link', { name: 'Log in' }).waitFor();
    expect(contents()).toContain('Saved on the way.');
  });

  describe('a writer’s tasks take no more clicks than in Ghost', () => {
    const contexts = new Map<Way, BrowserContext>();
    let seen = 0;

    /** An administrator's page. What the browser itself says of clicks by a pointer is counted, where scripts are on. */
    async function openFor(way: Way): Promise<Page> {
      const known = contexts.get(way);
      if (known) return known.newPage();
      const opened = await browser.newContext({
        baseURL: web.origin,
        viewport: { width: 1100, height: 800 },
        locale: 'en-US',
        javaScriptEnabled: way !== 'without JavaScript',
      });
      opened.setDefaultTimeout(20_000);
      await opened.exposeBinding('clicked', () => void seen++);
      await opened.addInitScript(() =>
        addEventListener(
          'click',
          (event) => {
            if (event.isTrusted && event.detail > 0) (globalThis as unknown as { clicked(): void }).clicked();
          },
          true,
        ),
      );
      contexts.set(way, opened);
      const first = await opened.newPage();
      await logIn(first, 'root');
      return first;
    }
    afterAll(async () => {
      for (const each of contexts.values()) await each.close();
    });

    const results: Readonly<Record<keyof typeof tasks, () => void>> = {
      'a post with a picture': () => {
        const [post] = posts.stored.values();
        expect([post?.status, post?.content.includes(picture), post?.category.name]).toEqual([
          'published',
          true,
          'General',
        ]);
      },
      'a tag': () => expect([...posts.stored.values()].map(({ tags }) => tags)).toEqual([['Hills']]),
      'a time to be published': () =>
        expect([...posts.stored.values()].map(({ published_at }) => published_at)).toEqual([
          '2030-01-01T09:00:00.000Z',
        ]),
      'the name of the blog': () => expect(blog.settings.title).toBe('Sleeping late'),
      'a logo': () => expect(blog.settings.logo).toBe('a'.repeat(64)),
      'an invitation': () => expect(blog.did('invite').length).toBeGreaterThan(0),
      'a page “About” in the navigation': () => {
        const [post] = posts.stored.values();
        expect(post).toMatchObject({ kind: 'page', title: 'About', status: 'published' });
        expect(blog.settings.navigation).toEqual([{ label: 'About', href: `/blog/posts/${post?.slug}` }]);
      },
      'a copy of everything': () => expect(posts.stored.size).toBe(0),
    };

    const ways: Way[] = ['by mouse', 'by keyboard', 'without JavaScript'];
    const cases = ways.flatMap((way) => Object.keys(tasks).map((name) => [name, way] as const));
    it.each(cases)('%s %s', async (name, way) => {
      const { ghost, from, work } = tasks[name]!;
      Object.assign(blog.settings, { title: 'Dormouse', logo: null, navigation: [] });
      const at = await openFor(way);
      await at.goto(from === 'home' ? '/blog/' : `/blog/posts/p-${posts.make('As it was.').id}/edit`);
      const hands = new Hands(at, way);
      seen = 0;
      await work(hands);
      results[name]!();
      if (way === 'by keyboard') expect([hands.clicks, seen]).toEqual([0, 0]);
      else expect(hands.clicks).toBeLessThanOrEqual(ghost);
      if (way === 'by mouse') expect(seen).toBe(hands.clicks);
      await at.close();
    });
  });

  it('asks the device for a passkey, and for its use: auth’s own check takes both', async () => {
    // A name, which browsers want for passkeys.
    const origin = web.origin.replace('127.0.0.1', 'localhost');
    const challenge = 'c'.repeat(43);
    let made: Passkey | undefined;
    let counter = 0;
    Object.assign(blog.web.ownAccount, {
      offerPasskey: async () => {
        const site = { origin, title: 'Dormouse' };
        const ada = { id: 1, username: 'ada', displayName: 'Ada' };
        return { ticket: 'offered', options: creationOptions(site, ada, challenge, []) };
      },
      addPasskey: async (_: string, name: string, response: never) => {
        const credential = await readNewPasskey(response, { challenge, origin });
        made = { ...credential, userId: 1, name, createdAt: new Date(), usedAt: undefined };
      },
    });
    const logInByPasskey = blog.web.accounts.logInByPasskey;
    blog.web.accounts.logInByPasskey = async (ticket, response, ...rest) => {
      counter = await readUse(response as never, made!, { challenge, origin });
      return logInByPasskey(ticket, response, ...rest);
    };
    const own = await browser.newContext({ baseURL: origin });
    own.setDefaultTimeout(20_000);
    const at = await own.newPage();
    const device = await own.newCDPSession(at);
    await device.send('WebAuthn.enable');
    await device.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    await at.route('**/api/passkeys/options', (route) =>
      route.fulfill({ json: { ticket: 'asked', options: requestOptions(origin, challenge) } }),
    );
    await logIn(at, 'ada');
    await at.goto('/blog/account/passkeys/new');
    await at.getByLabel('Name of the passkey').fill('Laptop');
    await at.getByLabel('Present password').fill('right');
    await at.getByRole('button', { name: 'Go on' }).click();
    await at.getByRole('button', { name: 'Make the passkey' }).click();
    await at.waitForURL('**/blog/account?passkey');
    expect(made).toMatchObject({ name: 'Laptop' });
    await own.clearCookies();
    await at.goto('/blog/login?next=/blog/account');
    await at.getByRole('button', { name: 'Log in with a passkey' }).click();
    await at.waitForURL((url) => url.pathname === '/blog/account');
    expect(counter).toBeGreaterThan(made!.counter);
    await own.close();
  });

  it('breaks no rule of its policy, and throws nothing', () => {
    expect(problems).toEqual([]);
  });
});
