import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Admin, endSessions, claim as offerClaim, promote, reset, setRole, withAdmin } from './admin.ts';
import { authFixture } from './app.fixture.ts';

let db: TestDatabase;
let fixture: ReturnType<typeof authFixture>;
const password = 'a long enough sentence';

beforeAll(async () => {
  db = await testDatabase('auth');
  fixture = authFixture(db.as('auth'));
});
afterAll(() => db?.drop());

/** `dormouse admin …`, without the command line. */
async function run(...words: [string] | ['claim' | 'reset', string] | ['role', string, string]): Promise<string> {
  const lines: string[] = [];
  const admin: Admin = {
    store: fixture.auth.store,
    url: 'https://blog.example',
    now: fixture.auth.now,
    print: (line) => lines.push(line),
  };
  if (words.length === 1) await promote(admin, words[0]);
  else if (words.length === 3) await setRole(admin, words[1], words[2]);
  else await (words[0] === 'claim' ? offerClaim : reset)(admin, words[1]);
  return lines.join('\n');
}
const codeIn = (text: string) => /https:\/\/blog\.example\/claim and give the code\n {2}([\w-]{43})$/.exec(text)?.[1];
const claim = (body: object) => fixture.send('POST', '/api/claim', body);
const register = (username: string) =>
  fixture.send('POST', '/api/register', { username, email: 'someone@example.org', password });
const login = (username: string, secret = password) =>
  fixture.send('POST', '/api/login', { username, password: secret });

describe('admin NAME', () => {
  test('makes a missing account, announces it and prints a code by which its password is set', async () => {
    const text = await run('founder');
    expect(text).toContain('founder is made, as administrator.');
    const token = codeIn(text);
    expect(await (await claim({ token, password, email: 'founder@example.org' })).json()).toEqual({
      id: expect.any(Number),
      username: 'founder',
    });
    expect(await (await login('founder')).json()).toMatchObject({ user: { role: 'admin' } });
    expect(
      await db.as(
        'auth',
      )`SELECT 1 FROM outbox WHERE type = 'dev.dormouse.user.registered.v1' AND data->>'username' = 'founder'`,
    ).toHaveLength(1);
  });

  test('promotes an account that exists, without a code', async () => {
    await register('writer');
    const text = await run('WRITER');
    expect(text).toBe('writer is promoted to administrator.');
    expect((await fixture.auth.store.find('writer'))?.role).toBe('admin');
  });

  test('prints a new code for one that nobody claimed', async () => {
    const first = codeIn(await run('slow-one'));
    const second = codeIn(await run('slow-one'));
    expect((await claim({ token: first, password, email: 'slow@example.org' })).status).toBe(404);
    expect((await claim({ token: second, password, email: 'slow@example.org' })).status).toBe(200);
  });

  test('makes somebody an operator with --role', async () => {
    const lines: string[] = [];
    const admin: Admin = {
      store: fixture.auth.store,
      url: 'https://blog.example',
      now: fixture.auth.now,
      print: (line) => lines.push(line),
    };
    await promote(admin, 'watcher', 'operator');
    expect(lines[0]).toBe('watcher is made, as operator.');
    expect((await fixture.auth.store.find('watcher'))?.role).toBe('operator');
    await expect(promote(admin, 'watcher', 'owner')).rejects.toThrow('a role is one of');
  });

  test('does not give a deleted name out again', async () => {
    await register('gone');
    await fixture.auth.store.remove((await fixture.auth.store.find('gone'))?.id as number);
    await expect(run('gone')).rejects.toThrow('gone was deleted');
  });

  test('refuses what is no user name', async () => {
    await expect(run('a b')).rejects.toThrow('a user name must be');
  });
});

describe('claim and reset', () => {
  test('a claim is for accounts without a password only', async () => {
    await fixture.auth.store.register({ username: 'imported' });
    expect(codeIn(await run('claim', 'imported'))).toBeDefined();
    await register('has-one');
    await expect(run('claim', 'has-one')).rejects.toThrow('use: dormouse admin reset has-one');
    await expect(run('claim', 'nobody')).rejects.toThrow('there is no user nobody');
  });

  test('a reset lets its owner choose a new password without asking for the address again', async () => {
    await register('forgetful');
    const token = codeIn(await run('reset', 'forgetful'));
    expect((await claim({ token, password: 'another sentence' })).status).toBe(200);
    expect((await login('forgetful')).status).toBe(401);
    expect((await login('forgetful', 'another sentence')).status).toBe(200);
  });

  test('a code works once, for seven days, and with a good password only', async () => {
    await fixture.auth.store.register({ username: 'careful' });
    const token = codeIn(await run('claim', 'careful'));
    const email = 'careful@example.org';
    expect((await claim({ token, password })).status).toBe(422);
    expect((await claim({ token, password: 'careful123', email })).status).toBe(422);
    fixture.clock.ms += 7 * 86_400_000;
    expect((await claim({ token, password, email })).status).toBe(404);
    const fresh = codeIn(await run('claim', 'careful'));
    expect((await claim({ token: fresh, password, email })).status).toBe(200);
    expect((await claim({ token: fresh, password: 'stolen sentence', email })).status).toBe(404);
  });
});

describe('role NAME ROLE', () => {
  test('sets any of the five', async () => {
    await register('climber');
    for (const role of ['editor', 'reader', 'operator', 'admin', 'author']) {
      expect(await run('role', 'climber', role)).toBe(`climber is ${role}.`);
      expect((await fixture.auth.store.find('climber'))?.role).toBe(role);
    }
  });

  test('refuses others, and users that are not there', async () => {
    await expect(run('role', 'climber', 'owner')).rejects.toThrow(
      'a role is one of reader, author, editor, operator, admin',
    );
    await expect(run('role', 'nobody', 'admin')).rejects.toThrow('there is no user nobody');
  });
});

describe('end-sessions', () => {
  const held = async (username: string) =>
    (
      (await (await fixture.send('POST', '/api/login', { username, password, refresh: 'body' })).json()) as {
        refresh_token: string;
      }
    ).refresh_token;
  const isGood = async (refresh_token: string) =>
    (await fixture.send('POST', '/api/token/refresh', { refresh_token })).status === 200;
  const printed = async (username?: string) => {
    const lines: string[] = [];
    const print = (line: string) => lines.push(line);
    await endSessions(
      { store: fixture.auth.store, url: 'https://blog.example', now: fixture.auth.now, print },
      username,
    );
    return lines.join('\n');
  };

  test('ends every session of one account, or of all', async () => {
    for (const name of ['one-of-two', 'two-of-two']) await register(name);
    const [first, second, other] = [await held('one-of-two'), await held('ONE-of-two'), await held('two-of-two')];
    expect(await printed('one-of-two')).toBe('2 sessions of one-of-two ended.');
    expect([await isGood(first), await isGood(second)]).toEqual([false, false]);
    expect(await printed()).toMatch(/^[1-9]\d* sessions? of everybody ended\.$/);
    expect(await isGood(other)).toBe(false);
    await expect(printed('nobody-here')).rejects.toThrow('there is no user nobody-here');
  });
});

describe('the database', () => {
  test('is opened for one command', async () => {
    const lines: string[] = [];
    const options = {
      databaseUrl: db.urlOf('auth'),
      url: 'http://127.0.0.1:9090',
      print: (line: string) => lines.push(line),
    };
    await withAdmin(options, (admin) => promote(admin, 'by-hand'));
    expect(lines.at(-2)).toContain(' open http://127.0.0.1:9090/claim and give the code');
    expect(lines.at(-1)).toMatch(/^ {2}[\w-]{43}$/);
  });

  test('is named in one line when it does not answer', async () => {
    const options = { databaseUrl: 'postgres://auth:x@127.0.0.1:9/x', url: 'http://127.0.0.1', print: () => {} };
    await expect(withAdmin(options, (admin) => promote(admin, 'by-hand'))).rejects.toThrow(
      'the database does not answer: is the platform running (npm start)?',
    );
  });
});
