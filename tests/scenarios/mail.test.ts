import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOn, targetsWith } from '../describe-on.ts';
import { unique } from '../unique.ts';

const sending = {
  ...targetsWith('mailsTo'),
  missing: process.env.MAIL_LISTEN ? [] : ['a mail server of the cluster (MAIL_LISTEN)'],
};
/** What the link of a mail carries. */
const tokenOf = ({ text }: { text: string }) => /token=([\w-]+)/.exec(text)?.[1];

describeOn(sending, 'mail', (target) => {
  it('brings a link by which somebody who forgot the password chooses another, once', async () => {
    const { blog, eventually, mailsTo } = target();
    const { name, password } = await blog.register();
    const email = `${name}@example.org`;
    expect((await blog.call('POST', '/api/password-resets', { body: { email } })).status).toBe(202);
    const [mail] = await eventually(
      () => mailsTo(email),
      (mails) => mails.length > 0,
      60,
    );
    const body = { token: tokenOf(mail!), password: 'another horse battery' };
    const complete = async () => (await blog.call('POST', '/api/password-resets/completion', { body })).status;
    expect([await complete(), await complete()]).toEqual([200, 404]);
    const logIn = async (given: string) =>
      (await blog.call('POST', '/api/login', { body: { username: name, password: given } })).status;
    expect([await logIn(password), await logIn(body.password)]).toEqual([401, 200]);
  });
});

describeOn(sending, 'the newsletter', (target) => {
  const path = '/blog/api/newsletter';
  const settings = (method: string, body?: object) =>
    target().administrator<{ mails_posts: boolean }>(method, `${path}/settings`, { body });
  let before: boolean;
  beforeAll(async () => {
    before = (await settings('GET')).body.mails_posts;
    expect((await settings('PATCH', { mails_posts: true })).status).toBe(200);
  });
  afterAll(() => settings('PATCH', { mails_posts: before }));

  it('brings a post once to who confirmed the address, until the link in it was followed', async () => {
    const { blog, eventually, mailsTo } = target();
    const author = await blog.register();
    const email = `${unique('reader').replace(' ', '-')}@example.org`;
    const post = async (to: string, body: object) => (await blog.call('POST', `${path}/${to}`, { body })).status;
    expect(await post('subscriptions', { email })).toBe(202);
    const [question] = await eventually(
      () => mailsTo(email),
      (mails) => mails.length > 0,
      60,
    );
    expect(await post('confirmations', { token: tokenOf(question!) })).toBe(204);

    const title = unique('Sent to readers');
    await author.write({ title, content: 'All of it.' });
    // On a cluster it waits for five minutes, and for the relay's next one.
    const mails = await eventually(
      () => mailsTo(email),
      (all) => all.some(({ subject }) => subject === title),
      target().name === 'cluster' ? 420 : 75,
    );
    expect(mails.map(({ subject }) => subject)).toEqual([question!.subject, title]);
    expect(mails[1]!.text).toContain('All of it.');
    expect(await post('unsubscriptions', { token: tokenOf(mails[1]!) })).toBe(204);
    const left = await target().administrator<unknown[]>('GET', `${path}/subscribers?limit=100`);
    expect([left.status, JSON.stringify(left.body).includes(email)]).toEqual([200, false]);
  });
});
