import { mailRequested } from '@dormouse/events/mail';
import type { Sql } from '@dormouse/runtime/sql-types';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { authFixture, bearer } from './app.fixture.ts';
import { hashSecret, newSecret } from './refresh-token.ts';

let db: TestDatabase;
let sql: Sql;
let mail: Sql;
let fixture: ReturnType<typeof authFixture>;
let name: string;
let count = 0;
const password = 'a long enough sentence';
const another = 'quite another sentence';

beforeAll(async () => {
  db = await testDatabase('auth', 'mail');
  sql = db.as('auth');
  mail = db.as('mail');
  // The database's clock says which links are still good when a mail is sent.
  fixture = authFixture(sql);
  fixture.clock.ms = Date.now();
});
afterAll(() => db?.drop());
beforeEach(async () => {
  fixture.clock.ms += 3_600_000;
  await sql`DELETE FROM mails`;
  name = `ada-${++count}`;
  await register(name);
});

const emailOf = (username: string) => `${username}@example.org`;
const register = (username: string, email = emailOf(username)) =>
  fixture.send('POST', '/api/register', { username, email, password });
const logIn = (username: string, secret: string) => fixture.send('POST', '/api/login', { username, password: secret });
const tokenOf = async (username: string, secret = password) =>
  ((await (await logIn(username, secret)).json()) as { token: string }).token;
const ask = (email: string, headers: Record<string, string> = {}) =>
  fixture.send('POST', '/api/password-resets', { email }, headers);
const complete = (token: string, secret = another) =>
  fixture.send('POST', '/api/password-resets/completion', { token, password: secret });
const requests = () => sql<{ id: string; email: string }[]>`SELECT id, email FROM mails ORDER BY requested_at, id`;

interface Opened {
  kind: string;
  email: string;
  accounts: string[];
  blog: string;
  language: string;
}

/** What the function mail is told of the newest request, and the secrets it has made. */
async function open(secrets = [newSecret(), newSecret()]): Promise<{ opened: Opened | null; secrets: string[] }> {
  const { id } = (await requests()).at(-1)!;
  const [row] = await mail<
    { opened: Opened | null }[]
  >`SELECT auth.open_mail(${id}, ${secrets.map(hashSecret)}::text[]) AS opened`;
  return { opened: row!.opened, secrets };
}
async function linkTo(email: string): Promise<string> {
  await ask(email);
  return (await open()).secrets[0]!;
}

describe('a new password by e-mail', () => {
  test('is set by the link of the mail, which ends every session and is good once', async () => {
    const token = await tokenOf(name);
    const link = await linkTo(emailOf(name));
    const response = await complete(link);
    expect([response.status, await response.json()]).toEqual([200, { id: expect.any(Number), username: name }]);
    expect((await fixture.send('GET', '/api/me', undefined, bearer(token))).status).toBe(401);
    expect((await logIn(name, password)).status).toBe(401);
    expect((await logIn(name, another)).status).toBe(200);
    expect((await complete(link, password)).status).toBe(404);
  });

  test('proves the address', async () => {
    await complete(await linkTo(emailOf(name)), password);
    const me = await fixture.send('GET', '/api/me', undefined, bearer(await tokenOf(name)));
    expect(await me.json()).toMatchObject({ email: emailOf(name), email_verified: true });
  });

  test('is answered the same, and does the same, whether somebody has the address or not', async () => {
    const answers = [];
    for (const email of [emailOf(name), 'nobody@example.org']) {
      fixture.clock.ms += 1;
      const response = await ask(email);
      answers.push([response.status, await response.text(), [...response.headers.keys()]]);
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]![0]).toBe(202);
    expect((await requests()).map(({ email }) => email)).toEqual([emailOf(name), 'nobody@example.org']);
    expect((await open()).opened).toMatchObject({ accounts: [] });
  });

  test('has neither address nor link in its event', async () => {
    await ask(emailOf(name));
    const { id } = (await requests())[0]!;
    const events = await sql<{ type: string; subject: string; data: unknown }[]>`
      SELECT type, subject, data FROM outbox WHERE type = ${mailRequested.type} ORDER BY position DESC LIMIT 1`;
    expect(events).toEqual([
      { type: mailRequested.type, subject: `mail/${id}`, data: { mail: id, kind: 'password-reset' } },
    ]);
  });

  test('is good for an hour', async () => {
    const link = await linkTo(emailOf(name));
    fixture.clock.ms += 3_600_000 + 1;
    expect((await complete(link)).status).toBe(404);
  });

  test('names every account that has the address, each with a link of its own', async () => {
    const shared = `shared-${count}@example.org`;
    await register(`bob-${count}`, shared);
    await register(`eve-${count}`, shared);
    await ask(shared.toUpperCase().replace('EXAMPLE.ORG', 'example.org'));
    const { opened, secrets } = await open();
    expect(opened).toMatchObject({ email: shared, accounts: [`bob-${count}`, `eve-${count}`], language: 'en' });
    expect(await (await complete(secrets[1]!)).json()).toMatchObject({ username: `eve-${count}` });
    expect(await (await complete(secrets[0]!)).json()).toMatchObject({ username: `bob-${count}` });
  });

  test('goes to the address that the account has, not to another one in other letters', async () => {
    await register(`upper-${count}`, `${name.toUpperCase()}@example.org`);
    await ask(emailOf(name));
    expect((await open()).opened).toMatchObject({ email: emailOf(name), accounts: [name] });
  });

  test('is not for who is suspended, and a link of before ends', async () => {
    const link = await linkTo(emailOf(name));
    await sql`UPDATE users SET suspended_at = now() WHERE username = ${name}`;
    expect((await complete(link)).status).toBe(404);
    await ask(emailOf(name));
    expect((await open()).opened).toMatchObject({ accounts: [] });
  });

  test('cannot be had by a link that was sent before the password was changed', async () => {
    const link = await linkTo(emailOf(name));
    const change = { password: another, current_password: password };
    expect((await fixture.send('PATCH', '/api/me', change, bearer(await tokenOf(name)))).status).toBe(200);
    expect((await complete(link)).status).toBe(404);
  });

  test('has to be one that cannot be guessed, and a refused one uses no link up', async () => {
    const link = await linkTo(emailOf(name));
    expect((await complete(link, 'password')).status).toBe(422);
    expect((await complete(link)).status).toBe(200);
  });

  test('is good for one of two who come at once', async () => {
    const link = await linkTo(emailOf(name));
    const statuses = await Promise.all([complete(link), complete(link)].map(async (each) => (await each).status));
    expect(statuses.sort()).toEqual([200, 404]);
  });

  test('leaves a second factor on', async () => {
    const [{ id }] = (await sql`SELECT id FROM users WHERE username = ${name}`) as unknown as [{ id: number }];
    await sql`INSERT INTO totp (user_id, secret, confirmed_at) VALUES (${id}, 'JBSWY3DPEHPK3PXP', now())`;
    await complete(await linkTo(emailOf(name)));
    const response = await logIn(name, another);
    expect([response.status, await response.json()]).toMatchObject([401, { errors: [{ field: 'code' }] }]);
  });

  test('is sent three times within an hour, and asked for five times a minute from one network', async () => {
    for (let n = 0; n < 5; n++)
      expect((await ask(emailOf(name), { 'x-client-address': '203.0.113.7' })).status).toBe(202);
    expect((await requests()).length).toBe(3);
    expect((await ask('other@example.org', { 'x-client-address': '203.0.113.7' })).status).toBe(429);
    expect((await ask('other@example.org', { 'x-client-address': '203.0.113.8' })).status).toBe(202);
  });

  test('is sent three times within an hour to one mailbox, whatever is added to its name', async () => {
    for (let n = 0; n < 4; n++) await register(`plus-${count}-${n}`, `bomb-${count}+${n}@example.org`);
    for (let n = 0; n < 4; n++) await ask(`Bomb-${count}+${n}@example.org`, { 'x-client-address': `203.0.113.${n}` });
    expect((await requests()).length).toBe(3);
  });

  test('is asked for thirty times an hour from one network, whomever for', async () => {
    const statuses = new Set<number>();
    for (let n = 0; n < 31; n++) {
      fixture.clock.ms += 13_000;
      statuses.add((await ask(`n${n}@example.org`, { 'x-client-address': '203.0.113.77' })).status);
    }
    expect((await requests()).length).toBe(30);
    expect([...statuses]).toEqual([202, 429]);
  });

  test('can be had while others have had links for logging in sent, as many as go', async () => {
    for (let n = 0; n < 4; n++)
      await fixture.send(
        'POST',
        '/api/log-in-links',
        { email: emailOf(name) },
        { 'x-client-address': `203.0.113.${n}` },
      );
    fixture.clock.ms += 1;
    expect((await complete(await linkTo(emailOf(name)))).status).toBe(200);
  });

  test('ends a link that logs in, whoever asked for it', async () => {
    const eve = (await (await fixture.send('POST', '/api/log-in-links', { email: emailOf(name) })).json()) as {
      browser: string;
    };
    const token = (await open()).secrets[0]!;
    fixture.clock.ms += 1;
    expect((await complete(await linkTo(emailOf(name)))).status).toBe(200);
    const completion = { token, browser: eve.browser, refresh: 'body' };
    expect((await fixture.send('POST', '/api/log-in-links/completion', completion)).status).toBe(401);
  });

  test('is asked for with an address', async () => {
    for (const email of ['', 'ada', 'a@b\r\nBcc: everybody@example.org', 'ada@example.org, eve@example.org'])
      expect((await ask(email)).status).toBe(422);
    expect(await requests()).toEqual([]);
  });
});

describe('the proof of an address', () => {
  const verify = (token: string) => fixture.send('POST', '/api/email-verifications', { token });
  const me = async (token: string) =>
    (await (await fixture.send('GET', '/api/me', undefined, bearer(token))).json()) as { email_verified: boolean };

  test('is a link in a mail to the owner’s own address, good once', async () => {
    const token = await tokenOf(name);
    expect((await me(token)).email_verified).toBe(false);
    expect((await fixture.send('POST', '/api/me/email-verification', undefined, bearer(token))).status).toBe(202);
    const { opened, secrets } = await open();
    expect(opened).toMatchObject({ kind: 'email-verification', email: emailOf(name), accounts: [name] });
    expect((await complete(secrets[0]!)).status).toBe(404);
    expect((await verify(secrets[0]!)).status).toBe(200);
    expect((await me(token)).email_verified).toBe(true);
    expect((await verify(secrets[0]!)).status).toBe(404);
  });

  test('needs a token, and is sent nobody who has it already', async () => {
    expect((await fixture.send('POST', '/api/me/email-verification')).status).toBe(401);
    const token = await tokenOf(name);
    await sql`UPDATE users SET email_verified_at = now() WHERE username = ${name}`;
    expect((await fixture.send('POST', '/api/me/email-verification', undefined, bearer(token))).status).toBe(202);
    expect(await requests()).toEqual([]);
  });
});

describe('another address', () => {
  const change = (token: string, email: string, more: object = { current_password: password }) =>
    fixture.send('POST', '/api/me/email-change', { email, ...more }, bearer(token));
  const prove = (token: string) => fixture.send('POST', '/api/email-verifications', { token });
  const me = async (token: string) =>
    (await (await fixture.send('GET', '/api/me', undefined, bearer(token))).json()) as Record<string, unknown>;
  const proven = () => sql`UPDATE users SET email_verified_at = now() WHERE username = ${name}`;
  let newEmail: string;
  let token: string;
  beforeEach(async () => {
    newEmail = `ada-${count}@example.net`;
    token = await tokenOf(name);
  });
  /** Asks for another address and follows its link. @returns what the mail to the address of before says, with its link */
  const move = async (bearerToken: string, email: string) => {
    fixture.clock.ms += 1;
    expect((await change(bearerToken, email)).status).toBe(202);
    expect((await prove((await open()).secrets[0]!)).status).toBe(200);
    if ((await requests()).length === 0) return undefined;
    const { opened, secrets } = await open();
    return { told: opened, undo: secrets[0]! };
  };

  test('is the account’s once its link was followed, not before, and its log-ins stay', async () => {
    expect((await change(token, newEmail)).status).toBe(202);
    const { opened, secrets } = await open();
    expect(opened).toMatchObject({ kind: 'email-change', email: newEmail, accounts: [name] });
    expect(await me(token)).toMatchObject({ email: emailOf(name), email_verified: false, new_email: newEmail });
    expect((await prove(secrets[0]!)).status).toBe(200);
    expect(await me(token)).toMatchObject({ email: newEmail, email_verified: true, new_email: null });
    expect((await prove(secrets[0]!)).status).toBe(404);
  });

  test('is told to a proven address of before, and to no other, which may be a stranger’s', async () => {
    expect(await move(token, newEmail)).toBeUndefined();
    expect((await move(token, emailOf(name)))?.told).toMatchObject({
      kind: 'email-changed',
      email: newEmail,
      accounts: [name],
    });
  });

  test('needs the password, and a token', async () => {
    expect((await change(token, newEmail, {})).status).toBe(422);
    expect((await change(token, newEmail, { current_password: 'wrong' })).status).toBe(422);
    const body = { email: newEmail, current_password: password };
    expect((await fixture.send('POST', '/api/me/email-change', body)).status).toBe(401);
    expect((await fixture.send('DELETE', '/api/me/email-change')).status).toBe(401);
    expect(await requests()).toEqual([]);
  });

  test('is an address, and another one', async () => {
    for (const email of ['ada', 'a@b\r\nBcc: all@example.org', 'a@example.org, b@example.org', emailOf(name)])
      expect((await change(token, email)).status).toBe(422);
    expect(await requests()).toEqual([]);
  });

  test('may be somebody else’s, too: whether it is cannot be told, and the other account stays as it is', async () => {
    await register(`bob-${count}`, newEmail);
    const free = await change(token, `free-${count}@example.net`);
    fixture.clock.ms += 1;
    const taken = await change(token, newEmail);
    expect([taken.status, await taken.text()]).toEqual([free.status, await free.text()]);
    await prove((await open()).secrets[0]!);
    expect(await sql`SELECT username FROM users WHERE email = ${newEmail} AND email_verified_at IS NOT NULL`).toEqual([
      { username: name },
    ]);
  });

  test.each<[string, (secret: string) => Promise<unknown>]>([
    ['by a second one', async () => change(token, `third-${count}@example.net`)],
    ['at its owner’s wish', () => fixture.send('DELETE', '/api/me/email-change', undefined, bearer(token))],
    [
      'with a new password',
      () => fixture.send('PATCH', '/api/me', { password: another, current_password: password }, bearer(token)),
    ],
    [
      'with a new password by mail',
      async () => {
        fixture.clock.ms += 1;
        return complete(await linkTo(emailOf(name)));
      },
    ],
    ['after a day', async () => void (fixture.clock.ms += 86_400_001)],
    ['with the account’s access', () => sql`UPDATE users SET suspended_at = now() WHERE username = ${name}`],
  ])('is given up %s', async (_, give) => {
    await change(token, newEmail);
    const { secrets } = await open();
    fixture.clock.ms += 1;
    await give(secrets[0]!);
    expect((await prove(secrets[0]!)).status).toBe(404);
    expect(await sql`SELECT email FROM users WHERE username = ${name}`).toEqual([{ email: emailOf(name) }]);
  });

  test('ends links that the address of before was sent', async () => {
    const reset = await linkTo(emailOf(name));
    await move(token, newEmail);
    expect((await complete(reset)).status).toBe(404);
  });

  test('is good for one of two who follow its link at once', async () => {
    await change(token, newEmail);
    const { secrets } = await open();
    const statuses = await Promise.all(
      [prove(secrets[0]!), prove(secrets[0]!)].map(async (each) => (await each).status),
    );
    expect(statuses.sort()).toEqual([200, 404]);
  });

  test('is taken back by the address of before, with a new password and without any log-in', async () => {
    await proven();
    const undo = (await move(token, newEmail))!.undo;
    expect((await prove(undo)).status).toBe(404);
    expect((await complete(undo)).status).toBe(200);
    expect((await fixture.send('GET', '/api/me', undefined, bearer(token))).status).toBe(401);
    expect((await logIn(name, password)).status).toBe(401);
    const [row] = await sql`SELECT email, email_verified_at IS NOT NULL AS proven FROM users WHERE username = ${name}`;
    expect(row).toEqual({ email: emailOf(name), proven: true });
    expect((await complete(undo)).status).toBe(404);
  });

  test('cannot be kept by whoever took the account over: not by a new password, nor by other addresses', async () => {
    await proven();
    const undo = (await move(token, newEmail))!.undo;
    const later = (await move(token, `third-${count}@example.net`))!.undo;
    fixture.clock.ms += 1;
    await fixture.send('PATCH', '/api/me', { password: another, current_password: password }, bearer(token));
    expect((await complete(later, 'a sentence of the thief')).status).toBe(200);
    expect((await complete(undo, 'a sentence of the owner')).status).toBe(200);
    expect((await complete(later, 'a sentence of the thief')).status).toBe(404);
    expect((await logIn(name, 'a sentence of the owner')).status).toBe(200);
    expect(await sql`SELECT email FROM users WHERE username = ${name}`).toEqual([{ email: emailOf(name) }]);
  });

  test('cannot be taken back any more by an address that came later', async () => {
    await proven();
    const undo = (await move(token, newEmail))!.undo;
    const later = (await move(token, `third-${count}@example.net`))!.undo;
    expect((await complete(undo)).status).toBe(200);
    expect((await complete(later)).status).toBe(404);
  });

  test('is taken back by the earlier address though the clock of who changed it last was behind', async () => {
    await proven();
    const undo = (await move(token, newEmail))!.undo;
    fixture.clock.ms += 1;
    await change(token, `third-${count}@example.net`);
    const { secrets } = await open();
    await sql`UPDATE mails SET requested_at = requested_at + interval '2 s' WHERE kind = 'email-changed'`;
    await prove(secrets[0]!);
    const later = await open();
    expect(later.opened).toMatchObject({ kind: 'email-changed', email: newEmail });
    expect((await complete(undo)).status).toBe(200);
    expect((await complete(later.secrets[0]!)).status).toBe(404);
  });

  test('cannot be taken back by a thief after an administrator gave the account to its owner', async () => {
    await proven();
    await move(token, newEmail);
    const thiefs = (await move(token, `third-${count}@example.net`))!.undo;
    const { id } = (await fixture.auth.store.find(name))!;
    await fixture.auth.store.offerClaim(id, hashSecret('a code'), new Date(fixture.clock.ms + 1000));
    expect((await fixture.send('POST', '/api/claim', { token: 'a code', password: another })).status).toBe(200);
    expect((await complete(thiefs, 'a sentence of the thief')).status).toBe(404);
    expect((await logIn(name, another)).status).toBe(200);
  });

  test('and a new password are not for a log-in that ended while its password was checked', async () => {
    const user = (await fixture.auth.store.find(name))!;
    const [session] = await sql<{ id: string }[]>`SELECT id FROM sessions WHERE user_id = ${user.id}`;
    await complete(await linkTo(emailOf(name)));
    const { requestEmailChange, setPassword } = fixture.auth.store;
    expect(await requestEmailChange(user, newEmail, session!.id, new Date(fixture.clock.ms))).toBe(false);
    expect(await setPassword(user.id, 'hash', session!.id)).toBe(false);
    expect(await me(await tokenOf(name, another))).toMatchObject({ new_email: null });
  });

  test('is for none of the links to the address of before that were opened meanwhile', async () => {
    await register(`other-${count}`, emailOf(name));
    await ask(emailOf(name));
    const { id: mailId } = (await requests())[0]!;
    const secret = newSecret();
    let opening: Promise<unknown> | undefined;
    await sql.begin(async (tx) => {
      await tx`SELECT 1 FROM users WHERE username = ${name} FOR UPDATE`;
      opening = mail`SELECT auth.open_mail(${mailId}, ${[secret, newSecret()].map(hashSecret)}::text[])`.execute();
      const waiting = () =>
        db.admin`SELECT 1 FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%open_mail%'`;
      await expect.poll(async () => (await waiting()).length).toBe(1);
      await tx`UPDATE users SET email = ${newEmail} WHERE username = ${name}`;
    });
    await opening;
    expect((await complete(secret)).status).toBe(404);
    expect((await logIn(name, password)).status).toBe(200);
  });

  test('can be taken back for a week', async () => {
    await proven();
    const undo = (await move(token, newEmail))!.undo;
    fixture.clock.ms += 7 * 86_400_000 + 1;
    expect((await complete(undo)).status).toBe(404);
  });

  test('has three mails within an hour', async () => {
    const asked = async () =>
      (await sql`SELECT 1 FROM outbox WHERE type = ${mailRequested.type} AND data ->> 'kind' = 'email-change'`).length;
    const before = await asked();
    for (let n = 0; n < 4; n++) expect((await change(token, newEmail)).status).toBe(202);
    expect((await asked()) - before).toBe(3);
  });
});

describe('a log-in by e-mail', () => {
  const request = async (email = emailOf(name)) => {
    const response = await fixture.send('POST', '/api/log-in-links', { email });
    expect(response.status).toBe(202);
    return ((await response.json()) as { browser: string }).browser;
  };
  const follow = (token: string, browser: string, more: object = {}) =>
    fixture.send('POST', '/api/log-in-links/completion', { token, browser, refresh: 'body', ...more });

  test('is a link, good once and with what the asking browser has', async () => {
    const browser = await request();
    const { opened, secrets } = await open();
    expect(opened).toMatchObject({ kind: 'log-in', accounts: [name] });
    expect((await follow(secrets[0]!, newSecret())).status).toBe(401);
    expect((await complete(secrets[0]!)).status).toBe(404);
    const response = await follow(secrets[0]!, browser);
    const granted = (await response.json()) as { token: string };
    expect([response.status, granted]).toMatchObject([
      200,
      { user: { username: name }, refresh_token: expect.any(String) },
    ]);
    const me = await fixture.send('GET', '/api/me', undefined, bearer(granted.token));
    expect(await me.json()).toMatchObject({ username: name, email_verified: true });
    expect((await follow(secrets[0]!, browser)).status).toBe(401);
  });

  test('is good for a quarter of an hour', async () => {
    const browser = await request();
    const { secrets } = await open();
    fixture.clock.ms += 900_001;
    expect((await follow(secrets[0]!, browser)).status).toBe(401);
  });

  test('asks for the second factor, and is not used up without it', async () => {
    const [{ id }] = (await sql`SELECT id FROM users WHERE username = ${name}`) as unknown as [{ id: number }];
    await sql`INSERT INTO totp (user_id, secret, confirmed_at) VALUES (${id}, 'JBSWY3DPEHPK3PXP', now())`;
    const browser = await request();
    const { secrets } = await open();
    const code = new TOTP({ secret: 'JBSWY3DPEHPK3PXP' }).generate({ timestamp: fixture.clock.ms });
    const refused = await follow(secrets[0]!, browser);
    expect([refused.status, await refused.json()]).toMatchObject([401, { errors: [{ field: 'code' }] }]);
    expect((await follow(secrets[0]!, browser, { code })).status).toBe(200);
  });

  test('answers the same for an address that nobody has', async () => {
    expect(await request('nobody-at-all@example.org')).toMatch(/^[\w-]{43}$/);
    expect((await open()).opened).toMatchObject({ accounts: [] });
  });
});

describe('mails about comments', () => {
  test('end by the link of one, as mail programs follow it, and begin again on request', async () => {
    const token = await tokenOf(name);
    const wanted = async () =>
      ((await (await fixture.send('GET', '/api/me', undefined, bearer(token))).json()) as { comment_mails: boolean })
        .comment_mails;
    await sql`UPDATE users SET email_verified_at = now() WHERE username = ${name}`;
    const [{ id }] = (await sql`SELECT id FROM users WHERE username = ${name}`) as unknown as [{ id: number }];
    const secret = newSecret();
    const [row] = await mail<{ to: object }[]>`SELECT auth.comment_mail_to(${id}, ${hashSecret(secret)}) AS to`;
    expect(row!.to).toMatchObject({ email: emailOf(name), language: 'en' });
    const off = (link: string) => fixture.send('POST', '/api/comment-mails/off', { token: link });
    expect((await off(newSecret())).status).toBe(404);
    expect(await wanted()).toBe(true);
    expect((await off(secret)).status).toBe(204);
    expect(await wanted()).toBe(false);
    expect(await mail`SELECT auth.comment_mail_to(${id}, 'x') AS to`).toEqual([{ to: null }]);
    expect((await fixture.send('PATCH', '/api/me', { comment_mails: true }, bearer(token))).status).toBe(200);
    expect(await wanted()).toBe(true);
  });
});

test('of who deletes their account no mail, link or address stays', async () => {
  await linkTo(emailOf(name));
  const token = await tokenOf(name);
  await fixture.send('POST', '/api/me/email-verification', undefined, bearer(token));
  expect((await fixture.send('DELETE', '/api/me', { password }, bearer(token))).status).toBe(204);
  expect(await requests()).toEqual([]);
  expect(await sql`SELECT * FROM mail_links JOIN mails ON mails.id = mail_id`).toEqual([]);
});

test('of two accounts with one address none ends what the other one was sent', async () => {
  await register(`eve-${count}`, emailOf(name));
  const link = await linkTo(emailOf(name));
  const token = await tokenOf(`eve-${count}`);
  expect((await fixture.send('DELETE', '/api/me', { password }, bearer(token))).status).toBe(204);
  expect((await complete(link)).status).toBe(200);
});

test('mails whose time is over are forgotten with the next one', async () => {
  await ask(emailOf(name));
  fixture.clock.ms += 3_600_001;
  await ask('other@example.org');
  expect((await requests()).map(({ email }) => email)).toEqual(['other@example.org']);
});

test('the role of mail may ask for mails, and read no table of auth', async () => {
  for (const table of ['users', 'mails', 'mail_links'])
    await expect(mail.unsafe(`SELECT 1 FROM auth.${table}`)).rejects.toThrow('permission denied');
});
