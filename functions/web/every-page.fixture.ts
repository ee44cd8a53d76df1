import { Parser } from 'htmlparser2';
import { aComment, aDelivery, anInvitation, aPost, aWebhook, browser, world } from './app.fixture.ts';

export interface Element {
  name: string;
  attributes: Record<string, string>;
  text: string;
}

/** Every element of a page, with all the text in it. */
export function elementsOf(html: string): Element[] {
  const all: Element[] = [];
  const open: Element[] = [];
  const parser = new Parser({
    onopentag(name, attributes) {
      const element = { name, attributes, text: '' };
      all.push(element);
      open.push(element);
    },
    ontext: (text) => {
      for (const element of open) element.text += text;
    },
    onclosetag: () => void open.pop(),
  });
  parser.end(html);
  return all;
}

/** Every page there is, as a reader and as an author get it. @param language of the blog */
export async function everyPage(language: string): Promise<[string, string][]> {
  const { app, stored, gone, settings, open, said, hooks, sent, subscribers, mailed } = world({
    providers: [{ name: 'example', label: 'Example' }],
  });
  gone.push(aPost({ status: 'draft' }), aPost());
  settings.language = language;
  stored.push(
    ...Array.from({ length: 30 }, () => aPost()),
    aPost({ slug: 'mine', content: '# A\n\n```js\nlet a = 1\n```\n\n| a |\n|---|\n| b |\n\n![c](/d.png)' }),
    aPost({ status: 'draft' }),
    aPost({ slug: 'tagged', tags: ['Sleep', 'C#'] }),
    aPost({ slug: 'about', kind: 'page' }),
  );
  said.push(
    aComment(),
    aComment({ id: 8, parentId: 7, author: 'ada', content: '> quoted\n\n- `a`', isEdited: true }),
    aComment({ id: 9, isGuest: true, author: 'Grace <b>', content: 'www.example.org' }),
    aComment({ id: 10, isDeleted: true, author: '', content: '' }),
  );
  const pages: [string, string][] = [];
  const reader = browser(app);
  const author = browser(app);
  const admin = browser(app);
  const note = (path: string, who: ReturnType<typeof browser>) => void pages.push([path, who.text()]);
  for (const path of [
    '/',
    `/blog/?after=${stored[5]?.id}`,
    '/blog/categories',
    '/blog/categories/general',
    '/blog/tags',
    '/blog/tags/sleep',
    '/blog/posts/tagged',
    '/blog/posts/about',
    '/blog/posts/tagged?answer=7',
    '/blog/posts/tagged?comments=9-9&comment=held',
    '/blog/archive',
    '/blog/archive/2026/06',
    '/blog/posts/mine',
    '/stats',
    '/search',
    '/search?q=1',
    '/search?q=1&after=20',
    '/search?q=T&tag=C%23&from=2026-01-01',
    `/search?q=${'1'.repeat(201)}`,
    '/blog/login',
    '/blog/login?provider=down',
    '/blog/signup',
    '/claim',
    '/blog/comment-mails/off?token=good',
    '/blog/login-link',
    '/blog/login-link/open?token=ada',
    '/blog/password-reset',
    '/blog/password-reset/new?token=good',
    '/blog/verify-email?token=good',
    '/blog/appearance?next=/blog/posts/mine',
    '/nothing',
  ]) {
    await reader.get(path);
    note(path, reader);
  }
  await reader.get('/blog/posts/tagged');
  await reader.submit('/blog/posts/tagged/comments', { content: 'T', name: '' });
  note('refused comment', reader);
  await reader.submit('/blog/posts/tagged/comments', { content: 'Some text.', name: 'Grace' });
  await reader.get('/blog/posts/tagged');
  note('own comment', reader);
  await reader.get('/blog/comments/74');
  note('/blog/comments/74', reader);
  await reader.get('/blog/login');
  await reader.submit('/blog/login', { username: 'x', password: 'wrong' });
  note('refused', reader);
  await reader.get('/blog/password-reset');
  await reader.submit('/blog/password-reset', { email: 'ada@example.org' });
  note('mail sent', reader);
  await reader.get('/blog/password-reset/new?token=gone');
  await reader.submit('/blog/password-reset/new', { token: 'gone', password: 'x' });
  note('link gone', reader);
  await reader.get('/blog/login-link/open?token=holly');
  await reader.submit('/blog/login-link/open', { token: 'holly' });
  note('link wants a code', reader);
  await reader.get('/blog/verify-email?token=good');
  await reader.submit('/blog/verify-email', { token: 'good' });
  note('address confirmed', reader);
  await author.logIn();
  for (const path of [
    '/blog/',
    '/blog/posts/mine',
    '/blog/new',
    '/blog/new?kind=page',
    '/blog/drafts',
    '/blog/posts?state=published',
    `/blog/deleted?just=${gone[0]?.id}`,
    '/blog/account',
    '/blog/account/delete',
    '/blog/account?unfinished',
    '/blog/account/identities/gh/unlink',
    '/blog/account/passkeys/new',
    '/blog/account/passkeys/pk',
    '/blog/authors/ada',
    '/blog/posts/mine/edit',
    '/blog/posts/mine/delete',
    '/blog/posts/mine/revisions?version=1',
    '/blog/posts/mine/preview',
  ]) {
    await author.get(path);
    note(path, author);
  }
  await author.get('/blog/account');
  await author.submit('/blog/account/tokens', { name: '', days: '999' });
  note('refused token', author);
  await author.submit('/blog/account/tokens', { name: 'Laptop', 'posts:read': 'yes', days: '30' });
  note('made token', author);
  await reader.get('/blog/login');
  await reader.submit('/blog/login', { username: 'holly', password: 'right' });
  note('asked for a code', reader);
  await author.get('/blog/account/passkeys/new');
  await author.submit('/blog/account/passkeys/new', { name: 'Laptop', password: 'wrong' });
  note('refused passkey', author);
  await author.submit('/blog/account/passkeys/new', { name: 'Laptop', password: 'right' });
  note('passkey to make', author);
  author.cookies.set('dormouse_sign_in', 'link');
  await author.get('/blog/account/link');
  note('/blog/account/link', author);
  await author.submit('/blog/account/link', { password: 'wrong' });
  note('refused link', author);
  author.cookies.delete('dormouse_sign_in');
  reader.cookies.set('dormouse_sign_in', 'new');
  await reader.get('/blog/login/continue');
  note('/blog/login/continue', reader);
  settings.registration = 'invitation';
  await reader.submit('/blog/login/continue', { username: 'taken' });
  note('refused new account', reader);
  settings.registration = 'nobody';
  await reader.get('/blog/login/continue');
  note('no new account', reader);
  settings.registration = 'authors';
  reader.cookies.set('dormouse_sign_in', 'factor');
  await reader.get('/blog/login/continue');
  note('asked for a code after a provider', reader);
  reader.cookies.delete('dormouse_sign_in');
  await author.get('/blog/account/second-factor');
  note('/blog/account/second-factor', author);
  await author.submit('/blog/account/second-factor', { password: 'right' });
  note('offered second factor', author);
  await author.submit('/blog/account/second-factor/confirm', { code: '0' });
  note('refused code', author);
  await author.submit('/blog/account/second-factor/confirm', { code: '123456' });
  note('second factor is on', author);
  await author.get('/blog/account/second-factor');
  note('second factor to turn off', author);
  author.cookies.set('dormouse_unsaved', '1');
  await author.submit('/blog/logout');
  note('asked before logging out', author);
  author.cookies.delete('dormouse_unsaved');
  await author.logIn();
  await admin.logIn('root');
  for (const path of ['/blog/comments', '/blog/comments?status=spam&decided', '/blog/comments/7']) {
    await admin.get(path);
    note(path, admin);
  }
  await admin.get('/blog/settings');
  note('/blog/settings', admin);
  await admin.submit('/blog/settings', { accent: '#ffcc00' });
  note('refused settings', admin);
  open.push(anInvitation(), anInvitation({ id: 8, name: null, email: null }));
  await admin.get('/blog/people');
  note('/blog/people', admin);
  await admin.submit('/blog/people/invitations', { role: 'author', days: '99' });
  note('refused invitation', admin);
  await admin.submit('/blog/people/invitations', { role: 'author', name: 'Grace' });
  note('invited', admin);
  hooks.push(
    aWebhook({ old_secret_until: '2026-06-05T10:00:00.000Z' }),
    aWebhook({ id: 5, enabled: false, disabled_reason: 'gone' }),
  );
  sent.push(
    aDelivery(),
    aDelivery({ id: 'two', message_id: 'msg_two', type: 'webhook.test', state: 'waiting', attempts: [] }),
  );
  for (const path of ['/blog/webhooks', '/blog/webhooks/3?tested', '/blog/webhooks/5']) {
    await admin.get(path);
    note(path, admin);
  }
  await admin.submit('/blog/webhooks', { url: 'https://127.0.0.1/' });
  note('refused webhook', admin);
  await admin.submit('/blog/webhooks', { url: 'https://receiver.example/', 'events-published': 'yes' });
  note('made webhook', admin);
  settings.newsletter = true;
  const soon = '2026-06-05T10:00:00.000Z';
  subscribers.push(
    {
      id: 1,
      email: 'ada@example.org',
      state: 'confirmed',
      bounces: 1,
      bounce: '550 5.1.1',
      requested_at: soon,
      confirmed_at: soon,
    },
    {
      id: 2,
      email: 'grace@example.org',
      state: 'pending',
      bounces: 0,
      bounce: null,
      requested_at: soon,
      confirmed_at: null,
    },
  );
  mailed.push(
    {
      post_id: 1,
      title: null,
      state: 'waiting',
      send_at: soon,
      started_at: null,
      waiting: 0,
      sent: 0,
      refused: 0,
      failed: 0,
    },
    {
      post_id: 2,
      title: 'Second',
      state: 'sending',
      send_at: soon,
      started_at: soon,
      waiting: 3,
      sent: 2,
      refused: 1,
      failed: 0,
    },
  );
  await admin.get('/blog/newsletter/subscribers?saved');
  note('/blog/newsletter/subscribers', admin);
  for (const path of [
    '/blog/newsletter',
    '/blog/newsletter/confirm?token=good',
    '/blog/newsletter/unsubscribe?token=good',
  ]) {
    await reader.get(path);
    note(path, reader);
  }
  await reader.submit('/blog/newsletter', { email: 'nobody' });
  note('refused subscription', reader);
  await reader.submit('/blog/newsletter', { email: 'ada@example.org' });
  note('subscribed', reader);
  await reader.submit('/blog/newsletter/confirm', { token: 'gone' });
  note('question gone', reader);
  for (const path of ['/blog/join?code=good', '/blog/join?code=old', '/blog/join']) {
    await reader.get(path);
    note(path, reader);
  }
  settings.registration = 'invitation';
  await reader.get('/blog/signup');
  note('closed', reader);
  Object.assign(settings, { set_up: false, navigation: [{ label: 'About', href: '/blog/posts/mine' }] });
  for (const path of ['/setup', '/setup?code=good']) {
    await reader.get(path, { 'accept-language': language });
    note(path, reader);
  }
  await author.get('/blog/posts/mine/edit');
  stored[30] = aPost({ ...stored[30]!, title: 'changed by another' });
  await author.submit('/blog/posts/mine/edit', { title: 'T', content: '# x', category_name: 'C', action: 'published' });
  note('conflict', author);
  await author.submit('/blog/posts/mine/edit', { title: 'T', content: '# x', category_name: 'C', action: 'preview' });
  note('preview', author);
  author.cookies.delete('dormouse_access');
  author.cookies.delete('dormouse_refresh');
  await author.submit('/blog/posts/mine/edit', { title: 'T', content: '# x', category_name: 'C', action: 'published' });
  note('logged out', author);
  return pages;
}
