import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { authFixture, bearer } from './app.fixture.ts';

let db: TestDatabase;
let fixture: ReturnType<typeof authFixture>;
const password = 'a long enough sentence';
const day = 86_400_000;
let count = 0;

beforeAll(async () => {
  db = await testDatabase('auth');
  fixture = authFixture(db.as('auth'));
  return () => db.drop();
});
beforeEach(async () => {
  await db.admin`UPDATE auth.blog SET version = 1, registration = 'invitation'`;
});
afterEach(async () => {
  await db.admin`DELETE FROM auth.outbox`;
  await db.admin`DELETE FROM auth.invitations`;
  await db.admin`UPDATE auth.users SET role = 'author' WHERE role = 'admin'`;
});

const send: typeof fixture.send = (...args) => fixture.send(...args);
const uniqueName = (word: string) => `${word}-${++count}`;

interface Member {
  id: number;
  name: string;
  headers: Record<string, string>;
  refresh: string;
}

/** Somebody of a role who is logged in. */
async function member(role: string): Promise<Member> {
  const name = uniqueName(role);
  const passwordHash = await fixture.auth.passwords.hash(password);
  await fixture.auth.store.register({ username: name, passwordHash, role: role as 'admin' });
  const response = await send('POST', '/api/login', { username: name, password, refresh: 'body' });
  const { token, refresh_token, user } = (await response.json()) as {
    token: string;
    refresh_token: string;
    user: { id: number };
  };
  return { id: user.id, name, headers: bearer(token), refresh: refresh_token };
}

interface Made {
  id: number;
  code: string;
  role: string;
  expires_at: string;
}
const invite = (by: Member, body: object = { role: 'author' }) => send('POST', '/api/invitations', body, by.headers);
const invited = async (by: Member, body?: object) => (await (await invite(by, body)).json()) as Made;
const join = (invitation: string | undefined, more: object = {}) =>
  send('POST', '/api/register', {
    username: uniqueName('joiner'),
    email: 'x@example.org',
    password,
    invitation,
    ...more,
  });
const listed = async (by: Member) =>
  (await (await send('GET', '/api/invitations', undefined, by.headers)).json()) as {
    roles: string[];
    invitations: { id: number; name: string | null; email: string | null; invited_by: string }[];
  };
const lookUp = (code: string) => send('POST', '/api/invitations/lookup', { code });
const change = (by: Member, name: string, body: object) => send('PATCH', `/api/users/${name}`, body, by.headers);
const roleOf = async (name: string) => (await fixture.auth.store.find(name))?.role;
const events = async (type: string) =>
  (
    await db.admin<
      { data: object }[]
    >`SELECT data FROM auth.outbox WHERE type = ${`dev.dormouse.${type}.v1`} ORDER BY position`
  ).map(({ data }) => data);

describe('an invitation', () => {
  test('makes one account with its role where nobody else may register', async () => {
    const ada = await member('admin');
    expect((await join(undefined)).status).toBe(403);
    const { code, id, role, expires_at } = await invited(ada, {
      role: 'editor',
      name: 'Grace',
      email: 'g@example.org',
    });
    expect([role, Date.parse(expires_at)]).toEqual(['editor', fixture.clock.ms + 7 * day]);
    const username = uniqueName('grace');
    const joined = await join(code, { username, display_name: 'Grace' });
    expect([joined.status, await joined.json()]).toEqual([
      201,
      { id: expect.any(Number), username, email: 'x@example.org' },
    ]);
    expect(await roleOf(username)).toBe('editor');
    expect(await events('invitation.created')).toEqual([
      { id, role: 'editor', invited_by: ada.id, expires_at: expect.any(String) },
    ]);
    expect(await events('invitation.accepted')).toEqual([
      { id, role: 'editor', invited_by: ada.id, user_id: expect.any(Number), username },
    ]);
    expect(await events('user.registered')).toContainEqual(expect.objectContaining({ username }));
  });

  test('gives more than everybody gets where everybody may register, and nothing where nobody may', async () => {
    const ada = await member('admin');
    const { code } = await invited(ada, { role: 'editor' });
    await db.admin`UPDATE auth.blog SET registration = 'nobody'`;
    expect((await invite(ada)).status).toBe(409);
    expect((await join(code)).status).toBe(403);
    expect((await lookUp(code)).status).toBe(403);
    await db.admin`UPDATE auth.blog SET registration = 'readers'`;
    const username = uniqueName('writer');
    expect((await join(code, { username })).status).toBe(201);
    expect(await roleOf(username)).toBe('editor');
  });

  test('is stored as a hash only, and shown without its code', async () => {
    const ada = await member('admin');
    const { code } = await invited(ada);
    expect(code).toMatch(/^[\w-]{43}$/);
    const [row] = await db.admin<{ text: string }[]>`SELECT invitations::text AS text FROM auth.invitations`;
    expect(row?.text).not.toContain(code);
    expect(JSON.stringify(await listed(ada))).not.toContain(code);
    expect(JSON.stringify(await events('invitation.created'))).not.toContain(code);
  });

  test('says to its holder whom it is for and what it gives, and uses nothing up', async () => {
    const ada = await member('admin');
    const { code } = await invited(ada, { role: 'reader', name: ' Grace ', email: 'g@EXAMPLE.org' });
    for (const _ of [1, 2])
      expect(await (await lookUp(code)).json()).toMatchObject({
        role: 'reader',
        name: 'Grace',
        email: 'g@example.org',
        invited_by: ada.name,
      });
    expect((await join(code)).status).toBe(201);
    expect((await lookUp(code)).status).toBe(404);
  });

  test('works once', async () => {
    const { code } = await invited(await member('admin'));
    expect((await join(code)).status).toBe(201);
    expect((await join(code)).status).toBe(404);
  });

  test('of many who accept it at once one wins', async () => {
    const { code } = await invited(await member('admin'));
    const before = await db.admin`SELECT 1 FROM auth.users`;
    const statuses = await Promise.all(Array.from({ length: 5 }, async () => (await join(code)).status));
    expect(statuses.sort()).toEqual([201, 404, 404, 404, 404]);
    expect(await db.admin`SELECT 1 FROM auth.users`).toHaveLength(before.length + 1);
  });

  test('expires', async () => {
    const ada = await member('admin');
    const { code } = await invited(ada, { role: 'author', days: 1 });
    const kept = fixture.clock.ms;
    try {
      fixture.clock.ms += day;
      expect((await lookUp(code)).status).toBe(404);
      expect((await join(code)).status).toBe(404);
      const later = await member('admin');
      expect((await listed(later)).invitations).toEqual([]);
      await invited(later);
      expect(await db.admin`SELECT 1 FROM auth.invitations`).toHaveLength(1);
    } finally {
      fixture.clock.ms = kept;
    }
  });

  test('that is guessed, or of another form, is none', async () => {
    await invited(await member('admin'));
    for (const code of ['A'.repeat(43), '0', '\u0000', "' OR true --"]) expect((await join(code)).status).toBe(404);
    expect((await join('')).status).toBe(422);
    const limited = authFixture(db.as('auth'), { limits: { ...fixture.auth.limits, loginAddress: 2 } });
    const statuses = [];
    for (const code of ['a', 'b', 'c'])
      statuses.push((await limited.send('POST', '/api/invitations/lookup', { code })).status);
    expect(statuses).toEqual([404, 404, 429]);
  });

  test('is still good after a name that was taken, or a weak password', async () => {
    const ada = await member('admin');
    const { code } = await invited(ada);
    expect((await join(code, { username: ada.name })).status).toBe(409);
    expect((await join(code, { password: 'password1' })).status).toBe(422);
    expect((await join(code)).status).toBe(201);
  });

  test('gives no role that was asked for instead', async () => {
    const { code } = await invited(await member('editor'), { role: 'reader' });
    expect((await join(code, { role: 'admin' })).status).toBe(422);
    const username = uniqueName('climber');
    expect((await join(code, { username })).status).toBe(201);
    expect(await roleOf(username)).toBe('reader');
  });

  test.each([
    ['a role that is none', { role: 'owner' }, 'role'],
    ['no role', {}, 'role'],
    ['a name of two lines', { role: 'author', name: 'a\nb' }, 'name'],
    ['a name that turns the text around', { role: 'author', name: 'a\u202eb' }, 'name'],
    ['an address that is none', { role: 'author', email: 'nobody' }, 'email'],
    ['no day', { role: 'author', days: 0 }, 'days'],
    ['too many days', { role: 'author', days: 31 }, 'days'],
    ['half a day', { role: 'author', days: 0.5 }, 'days'],
    ['something unknown', { role: 'author', code: 'mine' }, 'code'],
  ])('is refused with %s', async (_, body, field) => {
    const response = await invite(await member('admin'), body);
    const { errors } = (await response.json()) as { errors: { field: string }[] };
    expect([response.status, errors.map((each) => each.field)]).toEqual([422, [field]]);
  });
});

describe('who invites', () => {
  test.each(['reader', 'author', 'operator'])('is no %s', async (role) => {
    const nobody = await member(role);
    expect((await invite(nobody)).status).toBe(403);
    expect((await send('GET', '/api/invitations', undefined, nobody.headers)).status).toBe(403);
    expect((await send('DELETE', '/api/invitations/1', undefined, nobody.headers)).status).toBe(403);
    expect((await send('POST', '/api/invitations', { role: 'reader' })).status).toBe(401);
  });

  test('gives no role above their own', async () => {
    const editor = await member('editor');
    expect((await listed(editor)).roles).toEqual(['reader', 'author', 'editor']);
    for (const role of ['admin', 'operator']) expect((await invite(editor, { role })).status).toBe(403);
    for (const role of ['reader', 'author', 'editor']) expect((await invite(editor, { role })).status).toBe(201);
    expect((await listed(await member('admin'))).roles).toEqual(['reader', 'author', 'editor', 'operator', 'admin']);
  });

  test('is asked what they may now, not what the token says', async () => {
    const editor = await member('editor');
    await fixture.auth.store.setRole(editor.name, 'author');
    expect((await invite(editor)).status).toBe(403);
    const admin = await member('admin');
    await fixture.auth.store.setRole(admin.name, 'editor');
    expect((await invite(admin, { role: 'admin' })).status).toBe(403);
  });

  test('takes back what they could not give any more', async () => {
    const [root, admin] = [await member('admin'), await member('admin')];
    const high = await invited(admin, { role: 'admin' });
    const low = await invited(admin, { role: 'author' });
    expect((await change(root, admin.name, { role: 'editor' })).status).toBe(200);
    expect((await join(high.code)).status).toBe(404);
    expect((await listed(root)).invitations.map(({ id }) => id)).toEqual([low.id]);
    expect((await join(low.code)).status).toBe(201);
  });

  test('sees and revokes their own; administrators all', async () => {
    const [root, one, other] = [await member('admin'), await member('editor'), await member('editor')];
    const [first, second] = [await invited(one, { role: 'author', name: 'A' }), await invited(other)];
    expect((await listed(one)).invitations).toMatchObject([
      { id: first.id, name: 'A', email: null, invited_by: one.name },
    ]);
    expect((await listed(root)).invitations.map(({ id }) => id)).toEqual([second.id, first.id]);
    const revoke = async (by: Member, id: number | string) =>
      (await send('DELETE', `/api/invitations/${id}`, undefined, by.headers)).status;
    expect(await revoke(one, second.id)).toBe(404);
    for (const id of ['0', 'x', '2147483648', '99999999999999999999']) expect(await revoke(root, id)).toBe(404);
    expect(await revoke(one, first.id)).toBe(204);
    expect(await revoke(one, first.id)).toBe(404);
    expect(await revoke(root, second.id)).toBe(204);
    expect([(await join(first.code)).status, (await join(second.code)).status]).toEqual([404, 404]);
    expect(await events('invitation.revoked')).toEqual([
      { id: first.id, role: 'author', invited_by: one.id, revoked_by: one.id },
      { id: second.id, role: 'author', invited_by: other.id, revoked_by: root.id },
    ]);
  });
});

describe('the list of accounts', () => {
  const people = async (by: Member, query = '') => {
    const response = await send('GET', `/api/users${query}`, undefined, by.headers);
    return {
      status: response.status,
      link: response.headers.get('link'),
      body: (await response.json()) as { username: string; role: string }[],
    };
  };

  test('is for administrators, in the order of names, page by page', async () => {
    const root = await member('admin');
    await fixture.auth.store.register({ username: uniqueName('AAA'), displayName: 'Imported' });
    const all = await people(root, '?limit=100');
    const names = all.body.map(({ username }) => username.toLowerCase());
    expect(names).toEqual([...names].sort());
    expect(all.body[0]).toEqual({
      id: expect.any(Number),
      username: `AAA-${count}`,
      display_name: 'Imported',
      role: 'author',
      suspended: false,
      claimed: false,
      created_at: expect.any(String),
    });
    expect(JSON.stringify(all.body)).not.toContain('@');
    const walked: string[] = [];
    let next: string | undefined = '?limit=7';
    for (let page = 0; next !== undefined && page < 100; page++) {
      const { body, link } = await people(root, next);
      walked.push(...body.map(({ username }) => username.toLowerCase()));
      next = /^<\/api\/users(\?[^>]*)>; rel="next"$/.exec(link ?? '')?.[1];
    }
    expect(walked).toEqual((await fixture.auth.store.users(1000)).map(({ username }) => username.toLowerCase()));
  });

  test.each(['reader', 'author', 'editor', 'operator'])('is nothing for a role of %s', async (role) => {
    expect((await people(await member(role))).status).toBe(403);
    expect((await send('GET', '/api/users')).status).toBe(401);
  });

  test.each(['limit=0', 'limit=101', 'limit=x', 'after=a%00b', 'after='])('refuses %s', async (query) => {
    expect((await people(await member('admin'), `?${query}`)).status).toBe(422);
  });
});

describe('changing an account', () => {
  const grant = async ({ refresh }: Member) =>
    (await send('POST', '/api/token/refresh', { refresh_token: refresh })).status;
  const logIn = (name: string) => send('POST', '/api/login', { username: name, password });

  test('gives it another role, and tells it', async () => {
    const [root, ada] = [await member('admin'), await member('author')];
    const response = await change(root, ada.name.toUpperCase(), { role: 'editor' });
    expect([response.status, await response.json()]).toEqual([
      200,
      expect.objectContaining({ username: ada.name, role: 'editor', suspended: false }),
    ]);
    expect((await change(root, ada.name, { role: 'editor' })).status).toBe(200);
    expect(await events('user.updated')).toEqual([
      { id: ada.id, username: ada.name, role: 'editor', suspended: false, changed: ['role'], changed_by: root.id },
    ]);
    expect((await fixture.auth.store.revocations()).roles).toContainEqual({ id: ada.id, role: 'editor' });
    await fixture.auth.store.setRole(ada.name, 'reader');
    expect((await events('user.updated')).at(-1)).toEqual({
      id: ada.id,
      username: ada.name,
      role: 'reader',
      suspended: false,
      changed: ['role'],
    });
  });

  test('ends its access: sessions, codes and invitations, until it is given back', async () => {
    const [root, ada] = [await member('admin'), await member('editor')];
    const { code, id } = await invited(ada);
    await fixture.auth.store.offerClaim(ada.id, 'some hash', new Date(fixture.clock.ms + day));
    expect((await change(root, ada.name, { suspended: true })).status).toBe(200);
    expect(await grant(ada)).toBe(401);
    expect((await send('GET', '/api/me', undefined, ada.headers)).status).toBe(401);
    expect((await fixture.auth.store.revocations()).sessions).toContain(ada.refresh.split('.')[0]);
    const refused = await logIn(ada.name);
    expect([refused.status, ((await refused.json()) as { detail: string }).detail]).toEqual([
      403,
      'Your access to this blog has ended. Ask an administrator.',
    ]);
    expect((await send('POST', '/api/login', { username: ada.name, password: 'wrong' })).status).toBe(401);
    expect((await join(code)).status).toBe(404);
    expect(await db.admin`SELECT 1 FROM auth.claims WHERE user_id = ${ada.id}`).toHaveLength(0);
    expect(await events('invitation.revoked')).toEqual([
      { id, role: 'author', invited_by: ada.id, revoked_by: root.id },
    ]);
    expect((await send('GET', `/api/users/${ada.name}`)).status).toBe(200);
    expect((await change(root, ada.name, { suspended: false })).status).toBe(200);
    expect((await logIn(ada.name)).status).toBe(200);
    expect((await events('user.updated')).map((data) => (data as { suspended: boolean }).suspended)).toEqual([
      true,
      false,
    ]);
  });

  test('that ends access leaves no session that begins meanwhile', async () => {
    const root = await member('admin');
    for (let round = 0; round < 5; round++) {
      const ada = await member('author');
      await Promise.all([logIn(ada.name), change(root, ada.name, { suspended: true }), logIn(ada.name)]);
      expect(await db.admin`SELECT 1 FROM auth.sessions WHERE user_id = ${ada.id}`).toHaveLength(0);
    }
  });

  test('does not take the last administrator from the blog', async () => {
    const root = await member('admin');
    // Nobody can log in with this one.
    await fixture.auth.store.register({ username: uniqueName('unclaimed'), role: 'admin' });
    for (const body of [{ role: 'author' }, { suspended: true }, { role: 'reader', suspended: true }])
      expect((await change(root, root.name, body)).status).toBe(409);
    const removal = await send('DELETE', '/api/me', { current_password: password }, root.headers);
    expect(removal.status).toBe(409);
    expect((await change(root, root.name, { role: 'admin' })).status).toBe(200);
    await member('admin');
    expect((await change(root, root.name, { role: 'author' })).status).toBe(200);
    expect((await change(root, root.name, { role: 'admin' })).status).toBe(403);
  });

  test('of two administrators who take each other’s role one stays', async () => {
    for (let round = 0; round < 5; round++) {
      const [one, two] = [await member('admin'), await member('admin')];
      const statuses = await Promise.all([
        change(one, two.name, { role: 'author' }).then(({ status }) => status),
        change(two, one.name, { suspended: true }).then(({ status }) => status),
      ]);
      const left = await db.admin`SELECT 1 FROM auth.users WHERE role = 'admin' AND suspended_at IS NULL`;
      expect([statuses.filter((status) => status === 200).length, left.length]).toEqual([1, 1]);
      await db.admin`UPDATE auth.users SET role = 'author' WHERE role = 'admin'`;
    }
  });

  test.each(['reader', 'author', 'editor', 'operator'])(
    'is nothing for a role of %s, not even its own',
    async (role) => {
      const somebody = await member(role);
      expect((await change(somebody, somebody.name, { role: 'admin' })).status).toBe(403);
      expect((await send('PATCH', '/api/me', { role: 'admin' }, somebody.headers)).status).toBe(422);
      expect(await roleOf(somebody.name)).toBe(role);
    },
  );

  test('names what is wrong, and whom it does not find', async () => {
    const root = await member('admin');
    const errors = async (body: object) =>
      ((await (await change(root, root.name, body)).json()) as { errors: { field: string }[] }).errors.map(
        ({ field }) => field,
      );
    expect(await errors({ role: 'owner' })).toEqual(['role']);
    expect(await errors({ suspended: 'yes' })).toEqual(['suspended']);
    expect(await errors({ username: 'other' })).toEqual(['username']);
    for (const name of ['nobody-here', 'a', '%00'])
      expect((await change(root, name, { role: 'admin' })).status).toBe(404);
  });
});
