import type { Download, FileChooser, Locator, Page } from 'playwright-core';

/** How somebody works: with a mouse, with the keyboard alone, or with a mouse where scripts are off. */
export type Way = 'by mouse' | 'by keyboard' | 'without JavaScript';

/** A PNG of one dot. */
const dot = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const mostTabs = 120;

/** Somebody at a page, whose clicks count. What is typed where the cursor is takes none, as the Tab key does. */
export class Hands {
  readonly page: Page;
  readonly way: Way;
  clicks = 0;

  constructor(page: Page, way: Way) {
    this.page = page;
    this.way = way;
  }

  /** A link or a button. */
  async press(target: Locator): Promise<void> {
    if (this.way !== 'by keyboard') return this.#click(target);
    await this.#tabTo(target);
    await this.page.keyboard.press('Enter');
  }

  async tick(box: Locator): Promise<void> {
    if (this.way !== 'by keyboard') return this.#click(box);
    await this.#tabTo(box);
    await this.page.keyboard.press('Space');
  }

  /** Types in the place of what a field holds. */
  async write(field: Locator, text: string): Promise<void> {
    await this.#enter(field);
    await this.page.keyboard.press('ControlOrMeta+A');
    await this.page.keyboard.insertText(text);
  }

  /** The first of January of a year, at nine in the morning. */
  async setTime(field: Locator, year: number): Promise<void> {
    await this.#enter(field);
    if (this.way !== 'by keyboard') return field.fill(`${year}-01-01T09:00`);
    // As American browsers have their parts.
    await this.page.keyboard.type(`0101${year}`);
    await this.page.keyboard.press('ArrowRight');
    await this.page.keyboard.type('0900AM');
  }

  /** Answers the browser's dialogue for files that `target` opens. */
  async choose(target: Locator): Promise<void> {
    const [chooser] = await Promise.all([this.page.waitForEvent('filechooser'), this.press(target)]);
    await (chooser as FileChooser).setFiles({ name: 'hill.png', mimeType: 'image/png', buffer: dot });
  }

  async download(link: Locator): Promise<Download> {
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.press(link)]);
    return download as Download;
  }

  async #click(target: Locator): Promise<void> {
    this.clicks++;
    await target.click();
  }

  async #enter(field: Locator): Promise<void> {
    if (await hasFocus(field)) return;
    if (this.way === 'by keyboard') await this.#tabTo(field);
    else await this.#click(field);
  }

  async #tabTo(target: Locator): Promise<void> {
    for (let tabs = 0; tabs < mostTabs; tabs++) {
      if (await hasFocus(target)) return;
      await this.page.keyboard.press('Tab');
    }
    throw new Error(`the Tab key does not lead to ${target}`);
  }
}

const hasFocus = (field: Locator): Promise<boolean> => field.evaluate((element) => element === document.activeElement);

interface Task {
  /** What it takes in Ghost 6.65. */
  ghost: number;
  /** Where it begins. */
  from: 'home' | 'draft';
  /** Resolves when the page says that it is done. */
  work(hands: Hands): Promise<void>;
}

const link = ({ page }: Hands, name: string) => page.getByRole('link', { name, exact: true }).first();
const button = ({ page }: Hands, name: string) => page.getByRole('main').getByRole('button', { name, exact: true });
const labelled = ({ page }: Hands, name: string) => page.getByLabel(name, { exact: true });
const onPost = ({ page }: Hands) => page.locator('article.post, .post').first().waitFor();

/** What writers do most, and what a blog of one's own takes. */
export const tasks: Readonly<Record<string, Task>> = {
  'a post with a picture': {
    ghost: 4,
    from: 'home',
    async work(hands) {
      await hands.press(link(hands, 'Write'));
      await hands.write(labelled(hands, 'Title'), 'A walk');
      await hands.write(labelled(hands, 'Text'), 'Up the hill.');
      // A script has its own button, which works while one writes.
      await hands.choose(hands.way === 'without JavaScript' ? labelled(hands, 'File') : button(hands, 'Picture'));
      if (hands.way !== 'without JavaScript') await hands.page.getByText('Saved').waitFor();
      await hands.press(button(hands, 'Publish'));
      await onPost(hands);
    },
  },
  'a tag': {
    ghost: 2,
    from: 'draft',
    async work(hands) {
      await hands.write(labelled(hands, 'Tags'), 'Hills');
      await hands.press(button(hands, 'Save draft'));
      await onPost(hands);
    },
  },
  'a time to be published': {
    ghost: 5,
    from: 'draft',
    async work(hands) {
      await hands.setTime(labelled(hands, 'Publish at'), 2030);
      await hands.press(button(hands, 'Publish'));
      await onPost(hands);
    },
  },
  'the name of the blog': {
    ghost: 3,
    from: 'home',
    async work(hands) {
      await hands.press(link(hands, 'Settings'));
      await hands.write(labelled(hands, 'Title'), 'Sleeping late');
      await hands.press(button(hands, 'Save settings'));
      await hands.page.getByText('The settings are saved').waitFor();
    },
  },
  'a logo': {
    ghost: 4,
    from: 'home',
    async work(hands) {
      await hands.press(link(hands, 'Settings'));
      await hands.choose(labelled(hands, 'Logo'));
      await hands.press(button(hands, 'Save settings'));
      await hands.page.getByText('The settings are saved').waitFor();
    },
  },
  'an invitation': {
    ghost: 3,
    from: 'home',
    async work(hands) {
      await hands.press(link(hands, 'People'));
      await hands.press(button(hands, 'Make a link'));
      await hands.page.getByText('Send this link').waitFor();
    },
  },
  'a page “About” in the navigation': {
    ghost: 5,
    from: 'home',
    async work(hands) {
      await hands.press(link(hands, 'Write'));
      await hands.press(button(hands, 'Make it a page'));
      await hands.page.getByRole('heading', { name: 'Write a page' }).waitFor();
      await hands.write(labelled(hands, 'Title'), 'About');
      await hands.write(labelled(hands, 'Text'), 'Who I am.');
      await hands.tick(labelled(hands, 'In the navigation'));
      await hands.press(button(hands, 'Publish'));
      await onPost(hands);
    },
  },
  'a copy of everything': {
    ghost: 3,
    from: 'home',
    async work(hands) {
      await hands.press(link(hands, 'Account'));
      const file = await hands.download(link(hands, 'Download'));
      await file.delete();
    },
  },
};
