import type { Page } from 'playwright-core';

/** Signs up by the form; the page is then signed in. */
export async function signUp(page: Page, name: string): Promise<void> {
  await page.goto('/blog/signup');
  await page.getByLabel(/user ?name/i).fill(name);
  await page.getByLabel(/e-?mail/i).fill(`${name}@example.org`);
  await page
    .getByLabel(/password/i)
    .first()
    .fill('a long pass phrase');
  await page
    .getByRole('main')
    .getByRole('button', { name: /sign up|create/i })
    .click();
  await page.waitForURL((url) => url.pathname !== '/blog/signup');
}

/** Fills the editor's form, as somebody who is signed in. */
export async function compose(page: Page, post: { title: string; category: string; content: string }): Promise<void> {
  await page.goto('/blog/new');
  await page.getByLabel(/title/i).fill(post.title);
  await page.getByLabel(/category/i).fill(post.category);
  await page.getByLabel(/text|content|markdown/i).fill(post.content);
}

/** Sends the editor's form. */
export const publish = (page: Page): Promise<void> =>
  page
    .getByRole('button', { name: /publish/i })
    .first()
    .click();
