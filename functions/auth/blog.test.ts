import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { offerSetup } from './admin.ts';
import { authFixture, bearer } from './app.fixture.ts';

let db: TestDatabase;
let fixture: ReturnType<typeof authFixture>;
const password = 'a long enough sentence';
let count = 0;

beforeAll(async () => {
  db = await testDatabase('auth');
  fixture = authFixture(db.as('auth'));
  return () => db.drop();
});
const untouched = async () => {
  await db.admin`DELETE FROM auth.blog`;
  await db.admin`INSERT INTO auth.blog DEFAULT VALUES`;
};
beforeEach(untouched);
afterEach(() => db.admin`DELETE FROM auth.outbox`);

const send: typeof fixture.send = (...args) => fixture.send(...args);
const register = (username = `person-${++count}`) =>
  send('POST', '/api/register', { username, email: 'x@example.org', password });

/** The token of a new account with a role. */
async function tokenOf(role: string): Promise<Record<string, string>> {
  const username = `${role}-${++count}`;
  await fixture.auth.store.register({ username, passwordHash: await fixture.auth.passwords.hash(password) });
  await fixture.auth.store.setRole(username, role as 'admin');
  const { token } = (await (await send('POST', '/api/login', { username, password })).json()) as { token: string };
  return bearer(token);
}
const events = () =>
  db.admin<
    { data: object }[]
  >`SELECT data FROM auth.outbox WHERE type = 'dev.dormouse.blog.updated.v1' ORDER BY position`;
async function problemOf(response: Response) {
  const {
    status,
    code,
    detail,
    errors = [],
  } = (await response.json()) as {
    status: number;
    code: string;
    detail: string;
    errors?: { field: string; message: string }[];
  };
  return { status, code, detail, errors };
}

describe('the settings', () => {
  test('are those of a blog that nobody has set up, for everybody to read', async () => {
    const response = await send('GET', '/api/settings');
    expect(await response.json()).toEqual({
      version: 0,
      set_up: false,
      title: 'Dormouse',
      description: 'A blog that sleeps until somebody reads it.',
      language: 'en',
      time_zone: 'UTC',
      accent: '#8f4a1b',
      accent_dark: '#e6a56c',
      theme: 'auto',
      fonts: 'system',
      logo: null,
      icon: null,
      layout: 'list',
      navigation: [],
      footer: 'A blog that sleeps until somebody reads it.',
      posts_per_page: 20,
      comments: 'first_held',
      registration: 'authors',
    });
    const etag = response.headers.get('etag') ?? '';
    expect((await send('GET', '/api/settings', undefined, { 'if-none-match': etag })).status).toBe(304);
  });

  test('are changed by administrators, each by itself, and the change is told', async () => {
    const admin = await tokenOf('admin');
    const changed = await send(
      'PATCH',
      '/api/settings',
      { title: '  늦잠 ', language: 'KO', time_zone: 'Asia/Seoul' },
      admin,
    );
    expect(changed.status).toBe(200);
    const after = {
      version: 1,
      set_up: true,
      title: '늦잠',
      language: 'ko',
      time_zone: 'Asia/Seoul',
      posts_per_page: 20,
    };
    expect(await changed.json()).toMatchObject(after);
    expect(await (await send('GET', '/api/settings')).json()).toMatchObject(after);
    const navigation = [{ label: 'About', href: '/blog/posts/about' }];
    const second = await send('PATCH', '/api/settings', { navigation, footer: '', posts_per_page: 5 }, admin);
    expect(await second.json()).toMatchObject({ version: 2, navigation, footer: '', posts_per_page: 5, title: '늦잠' });
    expect((await events()).map(({ data }) => data)).toEqual([
      {
        version: 1,
        title: '늦잠',
        language: 'ko',
        changed: ['title', 'language', 'time_zone'],
        changed_by: expect.any(Number),
      },
      {
        version: 2,
        title: '늦잠',
        language: 'ko',
        changed: ['navigation', 'footer', 'posts_per_page'],
        changed_by: expect.any(Number),
      },
    ]);
  });

  test('name pictures of media, and none again', async () => {
    const admin = await tokenOf('admin');
    const [logo, icon] = ['a'.repeat(64), 'b'.repeat(64)];
    expect(await (await send('PATCH', '/api/settings', { logo, icon }, admin)).json()).toMatchObject({ logo, icon });
    expect(await (await send('PATCH', '/api/settings', { icon: null }, admin)).json()).toMatchObject({
      logo,
      icon: null,
    });
    expect((await events()).map(({ data }) => data)).toMatchObject([
      { changed: ['logo', 'icon'] },
      { changed: ['icon'] },
    ]);
    for (const other of ['', '../x', `${logo}0`, 7])
      expect((await send('PATCH', '/api/settings', { logo: other }, admin)).status).toBe(422);
  });

  test('say how lists look, in one of two ways', async () => {
    const admin = await tokenOf('admin');
    expect(await (await send('PATCH', '/api/settings', { layout: 'cards' }, admin)).json()).toMatchObject({
      layout: 'cards',
      version: 1,
    });
    expect((await events()).map(({ data }) => data)).toMatchObject([{ changed: ['layout'] }]);
    expect((await send('PATCH', '/api/settings', { layout: 'grid' }, admin)).status).toBe(422);
  });

  test('that are what they were before make no version and no event', async () => {
    const admin = await tokenOf('admin');
    const navigation = [{ label: 'About', href: '/about' }];
    await send('PATCH', '/api/settings', { navigation }, admin);
    expect(await (await send('PATCH', '/api/settings', { navigation }, admin)).json()).toMatchObject({ version: 1 });
    expect(await events()).toHaveLength(1);
  });

  test.each(['reader', 'author', 'editor', 'operator'])('are not changed by a role of %s', async (role) => {
    expect((await send('PATCH', '/api/settings', { title: 'Mine' }, await tokenOf(role))).status).toBe(403);
    expect((await send('PATCH', '/api/settings', { title: 'Mine' })).status).toBe(401);
  });

  test('are not changed by an administrator who is none any more', async () => {
    const admin = await tokenOf('admin');
    await db.admin`UPDATE auth.users SET role = 'author' WHERE username = ${`admin-${count}`}`;
    expect((await send('PATCH', '/api/settings', { title: 'Mine' }, admin)).status).toBe(403);
  });

  test('are not changed by who has read older ones', async () => {
    const admin = await tokenOf('admin');
    const etag = (await send('GET', '/api/settings')).headers.get('etag') ?? '';
    const first = await send('PATCH', '/api/settings', { title: 'One' }, { ...admin, 'if-match': etag });
    expect(first.status).toBe(200);
    for (const tag of [etag, '"other"'])
      expect((await send('PATCH', '/api/settings', { title: 'Two' }, { ...admin, 'if-match': tag })).status).toBe(412);
    const again = { ...admin, 'if-match': first.headers.get('etag') ?? '' };
    expect((await send('PATCH', '/api/settings', { title: 'Two' }, again)).status).toBe(200);
  });

  test('of many changes of one version one alone is made', async () => {
    const admin = { ...(await tokenOf('admin')), 'if-match': '"0-authors"' };
    const statuses = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map(async (title) => (await send('PATCH', '/api/settings', { title }, admin)).status),
    );
    expect(statuses.sort()).toEqual([200, 412, 412, 412, 412]);
  });

  test.each([
    ['an empty title', { title: ' ' }, 'title'],
    ['a title of two lines', { title: 'a\nb' }, 'title'],
    ['a long title', { title: 'a'.repeat(81) }, 'title'],
    ['a language that is none', { language: 'english' }, 'language'],
    ['a time zone that is none', { time_zone: 'Europe/Atlantis' }, 'time_zone'],
    ['an offset for a time zone', { time_zone: '+09:00' }, 'time_zone'],
    ['a colour by name', { accent: 'red' }, 'accent'],
    ['a colour too light', { accent: '#ffcc00' }, 'accent'],
    ['a colour too dark', { accent: '#8f4a1b', accent_dark: '#8f4a1b' }, 'accent_dark'],
    ['a link that runs', { navigation: [{ label: 'x', href: 'javascript:alert(1)' }] }, 'navigation.0.href'],
    ['a link to another host', { navigation: [{ label: 'x', href: '//evil.example' }] }, 'navigation.0.href'],
    ['a link that browsers read so', { navigation: [{ label: 'x', href: '/\\evil.example' }] }, 'navigation.0.href'],
    ['a link without a word', { navigation: [{ label: '', href: '/' }] }, 'navigation.0.label'],
    ['no posts', { posts_per_page: 0 }, 'posts_per_page'],
    ['an unknown policy', { comments: 'all' }, 'comments'],
    ['too many posts', { posts_per_page: 101 }, 'posts_per_page'],
    ['nobody known', { registration: 'everybody' }, 'registration'],
    ['an unknown setting', { subtitle: 'x' }, 'subtitle'],
  ])('refuse %s and name the field', async (_, change, field) => {
    const { status, errors } = await problemOf(await send('PATCH', '/api/settings', change, await tokenOf('admin')));
    expect([status, errors.map((each) => each.field)]).toEqual([422, [field]]);
  });

  test('say which contrast a colour has, and which one would do', async () => {
    const admin = await tokenOf('admin');
    const { errors } = await problemOf(await send('PATCH', '/api/settings', { accent: '#ffcc00' }, admin));
    const message = errors[0]?.message ?? '';
    expect(message).toMatch(
      /^has a contrast of only 1\.\d : 1 in the light theme, and text needs 4\.5 : 1; the nearest/,
    );
    const proposed = /#[0-9a-f]{6}$/.exec(message)?.[0];
    const accepted = await send('PATCH', '/api/settings', { accent: proposed }, admin);
    expect([accepted.status, ((await accepted.json()) as { accent: string }).accent]).toEqual([200, proposed]);
  });

  test('give a new accent a companion for the dark theme', async () => {
    const response = await send('PATCH', '/api/settings', { accent: '#0B5FA5' }, await tokenOf('admin'));
    const { accent, accent_dark } = (await response.json()) as { accent: string; accent_dark: string };
    expect(accent).toBe('#0b5fa5');
    expect(accent_dark).not.toBe('#e6a56c');
  });
});

describe('who may register', () => {
  test.each([
    ['nobody', 403, 'This blog takes no new accounts.'],
    ['invitation', 403, 'This blog takes new accounts by invitation only. Ask somebody who writes here for a link.'],
  ])('%s: the answer is %d, and says why', async (registration, status, detail) => {
    await send('PATCH', '/api/settings', { registration }, await tokenOf('admin'));
    expect(await problemOf(await register())).toEqual({ status, code: 'forbidden', detail, errors: [] });
  });

  test.each([
    ['readers', 'reader'],
    ['authors', 'author'],
  ])('%s: whoever does is %s', async (registration, role) => {
    await send('PATCH', '/api/settings', { registration }, await tokenOf('admin'));
    const username = `somebody-${++count}`;
    expect((await register(username)).status).toBe(201);
    expect((await fixture.auth.store.find(username))?.role).toBe(role);
  });

  test('is said by the installation while no setting says it', async () => {
    const closed = authFixture(db.as('auth'), { registration: 'invitation' });
    const body = { username: `person-${++count}`, email: 'x@example.org', password };
    expect((await closed.send('POST', '/api/register', body)).status).toBe(403);
    expect(await (await closed.send('GET', '/api/settings')).json()).toMatchObject({ registration: 'invitation' });
    await send('PATCH', '/api/settings', { registration: 'authors' }, await tokenOf('admin'));
    expect((await closed.send('POST', '/api/register', body)).status).toBe(201);
  });

  test('never keeps an import from making accounts', async () => {
    await send('PATCH', '/api/settings', { registration: 'nobody' }, await tokenOf('admin'));
    const token = await fixture.sign({
      id: Number.MAX_SAFE_INTEGER,
      name: 'dormouse:import',
      role: 'admin',
      scope: 'import',
    });
    expect((await send('POST', '/api/users', { username: `imported-${++count}` }, bearer(token))).status).toBe(201);
  });
});

describe('setting the blog up', () => {
  async function offered(): Promise<string> {
    const lines: string[] = [];
    const { store } = fixture.auth;
    await offerSetup({ store, url: 'http://blog.test', now: Date.now, print: (line) => void lines.push(line) });
    return new URL(lines[0] ?? '').searchParams.get('code') ?? '';
  }
  const setUp = (code: string, more: object = {}) => {
    const account = { username: `first-${++count}`, email: 'first@example.org', password };
    return send('POST', '/api/setup', { code, ...account, title: 'Late', registration: 'invitation', ...more });
  };

  test('makes its first account an administrator, and the blog what was asked for', async () => {
    const username = `owner-${++count}`;
    const response = await setUp(await offered(), { username });
    expect([response.status, await response.json()]).toEqual([
      201,
      { id: expect.any(Number), username, email: 'first@example.org' },
    ]);
    expect((await fixture.auth.store.find(username))?.role).toBe('admin');
    expect(await (await send('GET', '/api/settings')).json()).toMatchObject({
      set_up: true,
      title: 'Late',
      registration: 'invitation',
    });
    expect(await events()).toMatchObject([{ data: { version: 1, changed: ['title', 'registration'] } }]);
  });

  test('gives the blog its language', async () => {
    expect((await setUp(await offered(), { language: 'x y' })).status).toBe(422);
    expect((await setUp(await offered(), { language: 'ko' })).status).toBe(201);
    expect(await (await send('GET', '/api/settings')).json()).toMatchObject({ language: 'ko' });
  });

  test('works once, with the newest code alone', async () => {
    const [old, code] = [await offered(), await offered()];
    expect((await setUp(old)).status).toBe(404);
    expect((await setUp('made-up')).status).toBe(404);
    expect((await setUp(code)).status).toBe(201);
    expect((await setUp(code)).status).toBe(409);
    expect(await offered().catch(() => 'none')).toBe('none');
  });

  test('changes nothing when the name is taken or the password weak', async () => {
    const code = await offered();
    await register('somebody-else');
    expect((await setUp(code, { username: 'somebody-else' })).status).toBe(409);
    expect((await setUp(code, { password: 'password1' })).status).toBe(422);
    expect(await (await send('GET', '/api/settings')).json()).toMatchObject({ version: 0 });
    expect((await setUp(code)).status).toBe(201);
  });

  test('has one winner when many try at once', async () => {
    const code = await offered();
    const statuses = await Promise.all(Array.from({ length: 4 }, async () => (await setUp(code)).status));
    expect(statuses.sort()).toEqual([201, 409, 409, 409]);
  });
});
