import { fail } from '@dormouse/runtime/errors';
import { describe, expect, it } from 'vitest';
import { accessToken, anInvitation, browser, startMs, world } from './app.fixture.ts';
import { peopleAt } from './people.ts';

const tokenOf = (name: string, role: string) => accessToken(name, startMs / 1000 + 900, role);

async function loggedInAs(name: string) {
  const made = world();
  const user = browser(made.app);
  await user.logIn(name);
  await user.get('/blog/people');
  return { ...made, user };
}

describe('the page of people', () => {
  it('is for editors and administrators; editors see invitations alone', async () => {
    const { app } = world();
    const visitor = browser(app);
    expect((await visitor.get('/blog/people')).headers.get('location')).toBe('/blog/login?next=%2Fblog%2Fpeople');
    await visitor.logIn('ada');
    expect((await visitor.get('/blog/people')).status).toBe(403);
    expect(visitor.text()).not.toContain('href="/blog/people"');
    expect((await visitor.submit('/blog/people/invitations', { role: 'author' })).status).toBe(403);
    const { user: edna, did } = await loggedInAs('edna');
    expect(edna.text()).toContain('aria-current="page">People</a>');
    expect(edna.text()).toContain('Invite somebody');
    expect(edna.text()).not.toContain('Accounts</h2>');
    expect(did('people')).toEqual([]);
  });

  it('lists accounts with role and state, page by page', async () => {
    const { user: root } = await loggedInAs('root');
    expect(root.text()).toContain('<b dir="auto">Ada &lt;i&gt;</b>');
    expect(root.text()).toContain(
      'edna · since <time datetime="2026-06-04T10:00:00.000Z">4 June 2026</time> · access ended',
    );
    expect(root.text()).toContain('Give access back');
    expect(root.text()).not.toContain('role-root');
    await root.get(/href="(\/blog\/people\?after=[^"]*)"/.exec(root.text())![1]!);
    expect(root.text()).toContain('<option value="admin" selected>Administrator</option>');
  });

  it('changes role and access by a form, and says so', async () => {
    const { user: root, did, persons } = await loggedInAs('root');
    const path = '/blog/people/accounts/ada';
    const response = await root.submit(path, { role: 'editor', action: 'role' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/blog/people?changed']);
    await root.get('/blog/people?changed');
    expect(root.text()).toContain('The account is changed.');
    await root.submit(path, { role: 'reader', action: 'suspend' });
    await root.get('/blog/people');
    await root.submit(path, { role: 'reader', action: 'restore' });
    const token = tokenOf('root', 'admin');
    expect(did('changePerson')).toEqual([
      ['changePerson', 'ada', { role: 'editor' }, token],
      ['changePerson', 'ada', { suspended: true }, token],
      ['changePerson', 'ada', { suspended: false }, token],
    ]);
    expect(persons[0]).toMatchObject({ role: 'editor', suspended: false });
  });

  it('says why a change is refused', async () => {
    const { user: root } = await loggedInAs('root');
    expect((await root.submit('/blog/people/accounts/root', { role: 'author', action: 'role' })).status).toBe(409);
    expect(root.text()).toContain('This is the last administrator of the blog.');
  });

  it('changes nothing without the token of this browser', async () => {
    const { user: root, did } = await loggedInAs('root');
    const csrf = 'A'.repeat(43);
    for (const path of ['accounts/ada', 'invitations', 'invitations/7/revoke'])
      expect((await root.submit(`/blog/people/${path}`, { action: 'suspend', role: 'author', csrf })).status).toBe(403);
    expect([did('changePerson'), did('invite'), did('revoke')]).toEqual([[], [], []]);
  });
});

describe('inviting', () => {
  it('shows a link once, and the invitation until it is revoked', async () => {
    const { user: root, did } = await loggedInAs('root');
    const typed = { role: 'editor', name: ' Grace <b> ', email: '', days: '3' };
    const response = await root.submit('/blog/people/invitations', typed);
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
    expect(root.text()).toContain('href="http://blog.test/blog/join?code=secret-code"');
    expect(did('invite')).toEqual([
      ['invite', { role: 'editor', days: 3, name: 'Grace <b>' }, tokenOf('root', 'admin')],
    ]);
    await root.get('/blog/people');
    expect(root.text()).not.toContain('secret-code');
    expect(root.text()).toContain('Grace &lt;b&gt;');
    const revoked = await root.submit('/blog/people/invitations/7/revoke');
    expect([revoked.status, revoked.headers.get('location')]).toEqual([303, '/blog/people?revoked']);
    await root.get('/blog/people');
    expect(root.text()).not.toContain('Open invitations');
    expect((await root.submit('/blog/people/invitations/7/revoke')).status).toBe(404);
    expect(root.text()).toContain('There is no such invitation.');
  });

  it('says who has invited by what they are called', async () => {
    const { user: root, open, names } = await loggedInAs('root');
    open.push(anInvitation({ id: 1 }), anInvitation({ id: 2, invited_by: 'edna' }));
    names.set('root', 'Ines <Moreau>');
    await root.get('/blog/people');
    expect(root.text().match(/invited by <bdi>.*?<\/bdi>/g)).toEqual([
      'invited by <bdi>Ines &lt;Moreau&gt;</bdi>',
      'invited by <bdi>edna</bdi>',
    ]);
  });

  it('keeps what was typed when it is refused', async () => {
    const { user: root } = await loggedInAs('root');
    const typed = { role: 'reader', name: 'Grace', days: '99' };
    expect((await root.submit('/blog/people/invitations', typed)).status).toBe(422);
    expect(root.text()).toContain('Days that it is good must be at most 30.');
    expect([root.value('name'), root.value('days')]).toEqual(['Grace', '99']);
    expect(root.text()).toContain('<option value="reader" selected>');
  });

  it('is not offered where the blog takes no accounts', async () => {
    const { user: root, settings } = await loggedInAs('root');
    settings.registration = 'nobody';
    await root.get('/blog/people');
    expect(root.text()).toContain('nobody can be invited');
    expect(root.text()).not.toContain('action="/blog/people/invitations"');
  });
});

describe('joining', () => {
  const typed = { username: 'grace', display_name: 'Grace', email: 'grace@example.org', password: 'right' };

  it('makes the account that the invitation is for, and goes on logged in', async () => {
    const { app, did, settings, names } = world();
    settings.registration = 'invitation';
    names.set('root', 'Ines <Moreau>');
    const grace = browser(app);
    await grace.get('/blog/join?code=good', { 'x-client-address': '203.0.113.7' });
    expect(did('lookUp')).toEqual([['lookUp', 'good', '203.0.113.7']]);
    expect(grace.text()).toContain(
      '<span dir="auto">Ines &lt;Moreau&gt;</span> invites you. Your role: Author: writes posts.',
    );
    expect([grace.value('display_name'), grace.value('email')]).toEqual(['Grace <b>', 'grace@example.org']);
    const response = await grace.submit('/blog/join', typed);
    expect([response.status, response.headers.get('location')]).toEqual([303, '/blog/']);
    expect(did('register')).toEqual([['register', { ...typed, invitation: 'good' }]]);
    expect(grace.cookies.has('dormouse_access')).toBe(true);
  });

  it('is refused without a link, or with one that is not good any more', async () => {
    const { app, did } = world();
    const reader = browser(app);
    expect((await reader.get('/blog/join')).status).toBe(404);
    expect(reader.text()).toContain('Open the link that you were sent.');
    expect((await reader.get('/blog/join?code=old')).status).toBe(404);
    expect(reader.text()).toContain('This invitation is not valid any more.');
    expect(reader.text()).not.toContain('<form method="post" action="/blog/join"');
    expect(did('lookUp')).toHaveLength(1);
  });

  it('keeps what was typed when it is refused, the password excepted', async () => {
    const { web } = world();
    const errors = [{ field: 'username', message: 'is taken' }];
    const register = async () => fail('conflict', 'This user name is taken.', { errors });
    const grace = browser(world({ accounts: { ...web.accounts, register } }).app);
    await grace.get('/blog/join?code=good');
    expect((await grace.submit('/blog/join', typed)).status).toBe(409);
    expect(grace.text()).toContain('User name is taken.');
    expect([grace.value('username'), grace.value('email'), grace.value('code')]).toEqual([
      'grace',
      typed.email,
      'good',
    ]);
    expect(grace.text()).not.toContain('value="right"');
  });

  it('does nothing without the token of this browser', async () => {
    const { app, did } = world();
    const grace = browser(app);
    await grace.get('/blog/join?code=good');
    expect((await grace.submit('/blog/join', { ...typed, csrf: 'x' })).status).toBe(403);
    expect(grace.value('username')).toBe('grace');
    expect(did('register')).toEqual([]);
  });

  it('says that auth does not answer, not that the link is bad', async () => {
    const { web } = world();
    const people = { ...web.people, lookUp: async () => fail('unavailable', 'x') };
    expect((await browser(world({ people }).app).get('/blog/join?code=good')).status).toBe(503);
  });
});

it('people are asked for by HTTP, and the next page is found in the link', async () => {
  const asked: unknown[] = [];
  const call = async (url: string, init: { method?: string; headers?: Record<string, string>; body?: string } = {}) => {
    asked.push([init.method, url, init.body]);
    if (url.endsWith('/lookup')) return Response.json(anInvitation());
    return Response.json([], { headers: { link: '</api/users?limit=50&after=a.b-c>; rel="next"' } });
  };
  const people = peopleAt('http://auth', call, 'x-client-address', 'proof');
  expect(await people.list('ada', 't')).toEqual({ people: [], next: 'a.b-c' });
  await people.lookUp('good', '203.0.113.7');
  expect(asked).toEqual([
    ['GET', 'http://auth/api/users?after=ada', undefined],
    ['POST', 'http://auth/api/invitations/lookup', '{"code":"good"}'],
  ]);
});
