import type { api as accounts } from '@dormouse/auth/api';
import type { ResponseOf } from '@dormouse/runtime/api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Author } from '../blog.ts';
import { describeOn, everyTarget } from '../describe-on.ts';
import { unique } from '../unique.ts';

type Settings = ResponseOf<typeof accounts.settings, 200>;

// Not on a cluster, where other scenarios register meanwhile.
describeOn({ ...everyTarget, targetNames: ['in process'] }, 'the settings of the blog', (target) => {
  let author: Author;
  let before: Settings;
  const settings = async () => (await target().blog.call<Settings>('GET', '/api/settings')).body;
  const change = (body: Partial<Settings>) => target().administrator<Settings>('PATCH', '/api/settings', { body });
  const page = async (path: string) =>
    (await target().blog.call<string>('GET', path, { headers: { accept: 'text/html' } })).body;
  const eventuallyOn = (path: string, text: string) =>
    target().eventually(
      () => page(path),
      (html) => html.includes(text),
      30,
    );

  beforeAll(async () => {
    author = await target().blog.register();
    before = await settings();
  });
  afterAll(async () => {
    const { version, set_up, ...changed } = before;
    await change(changed);
  });

  it('are on pages that were shown before, within seconds', async () => {
    await author.write({ title: 'Named' });
    const title = unique('Late');
    expect(await page('/blog/')).toContain(`<title>${before.title}</title>`);
    await page('/blog/feed.xml');
    expect((await change({ title, accent: '#0b5fa5' })).status).toBe(200);
    expect(await eventuallyOn('/blog/', `<title>${title}</title>`)).toContain('/assets/accent/0b5fa5-');
    await eventuallyOn('/blog/feed.xml', `<title>${title}</title>`);
    expect(await page('/blog/login')).toContain(title);
  });

  it('say who may register, at once', async () => {
    await change({ registration: 'nobody' });
    const body = {
      username: unique('nobody').replace(' ', '-'),
      email: 'x@example.org',
      password: 'correct horse battery',
    };
    expect((await target().blog.call('POST', '/api/register', { body })).status).toBe(403);
    await eventuallyOn('/blog/signup', 'This blog takes no new accounts.');
    await change({ registration: 'readers' });
    const reader = await target().blog.register();
    const post = { title: 'x', content: 'x', category_name: 'General' };
    expect((await reader.call('POST', '/blog/api/posts', { body: post })).status).toBe(403);
  });

  it('are changed by administrators alone', async () => {
    expect((await author.call('PATCH', '/api/settings', { body: { title: 'Mine' } })).status).toBe(403);
  });
});
