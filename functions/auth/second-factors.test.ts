import { randomUUID } from 'node:crypto';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { Secret, TOTP } from 'otpauth';
import { beforeAll, describe, expect, test } from 'vitest';
import { authFixture, bearer } from './app.fixture.ts';
import { newRecoveryCodes, stepOf } from './one-time-password.ts';
import { startFamily } from './refresh-token.ts';
import { whileOpening } from './while-opening.fixture.ts';

let db: TestDatabase;
let fixture: ReturnType<typeof authFixture>;
const password = 'a long enough sentence';
let count = 0;

beforeAll(async () => {
  db = await testDatabase('auth');
  fixture = authFixture(db.as('auth'));
  return () => db.drop();
});

const send: typeof fixture.send = (...args) => fixture.send(...args);
const status = async (...request: Parameters<typeof send>) => (await send(...request)).status;
/** Codes are counted by the minute: each test begins in another one. */
const nextMinute = () => void (fixture.clock.ms += 61_000);
/** What an app shows. */
const codeOf = (secret: string, steps = 0) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: fixture.clock.ms + steps * 30_000 });

async function person() {
  nextMinute();
  const username = `holder-${++count}`;
  await send('POST', '/api/register', { username, email: `${username}@example.org`, password });
  const { token, user } = (await (await send('POST', '/api/login', { username, password })).json()) as {
    token: string;
    user: { id: number };
  };
  return { id: user.id, username, headers: bearer(token) };
}
type Person = Awaited<ReturnType<typeof person>>;
const logIn = ({ username }: Person, code?: string, secretWord = password) =>
  send('POST', '/api/login', { username, password: secretWord, ...(code !== undefined && { code }) });
const logInStatus = async (...who: Parameters<typeof logIn>) => (await logIn(...who)).status;

async function withFactor() {
  const ada = await person();
  const offer = await send('POST', '/api/me/totp', { password }, ada.headers);
  const { secret, uri } = (await offer.json()) as { secret: string; uri: string };
  const confirmed = await send('POST', '/api/me/totp/confirmation', { code: codeOf(secret) }, ada.headers);
  const { recovery_codes: codes } = (await confirmed.json()) as { recovery_codes: string[] };
  nextMinute();
  return { ...ada, secret, uri, codes };
}

describe('a second factor', () => {
  test('is asked for by log-ins once it is confirmed, and says where', async () => {
    const ada = await person();
    const { secret, uri } = (await (await send('POST', '/api/me/totp', { password }, ada.headers)).json()) as {
      secret: string;
      uri: string;
    };
    expect(uri).toMatch(new RegExp(`^otpauth://totp/Dormouse:${ada.username}\\?.*secret=${secret}`));
    expect(await logInStatus(ada)).toBe(200);
    const wrong = await send('POST', '/api/me/totp/confirmation', { code: '000000' }, ada.headers);
    expect([wrong.status, await wrong.json()]).toMatchObject([422, { errors: [{ field: 'code' }] }]);
    const code = codeOf(secret).replace(/^.../, '$& ');
    const response = await send('POST', '/api/me/totp/confirmation', { code }, ada.headers);
    const { recovery_codes } = (await response.json()) as { recovery_codes: string[] };
    expect([response.status, new Set(recovery_codes).size]).toEqual([200, 10]);
    nextMinute();
    const without = await logIn(ada);
    expect([without.status, without.headers.get('www-authenticate'), await without.json()]).toMatchObject([
      401,
      'Bearer error="insufficient_user_authentication"',
      { errors: [{ field: 'code' }] },
    ]);
    expect(await logInStatus(ada, codeOf(secret))).toBe(200);
    const state = await send('GET', '/api/me/second-factor', undefined, ada.headers);
    expect(await state.json()).toEqual({ totp: true, recovery_codes: 10 });
    expect(await status('POST', '/api/me/totp', { password }, ada.headers)).toBe(409);
  });

  test('ends other log-ins and tokens when it is turned on, and keeps this one', async () => {
    const ada = await person();
    const other = (await (await logIn(ada)).json()) as { token: string };
    const { secret } = (await (await send('POST', '/api/me/totp', { password }, ada.headers)).json()) as {
      secret: string;
    };
    await send('POST', '/api/me/totp/confirmation', { code: codeOf(secret) }, ada.headers);
    expect(await status('GET', '/api/me', undefined, bearer(other.token))).toBe(401);
    expect(await status('GET', '/api/me', undefined, ada.headers)).toBe(200);
  });

  test('is turned off with the password and a code, and goes with the account', async () => {
    const ada = await withFactor();
    const drop = (body: object) => status('DELETE', '/api/me/totp', body, ada.headers);
    expect(await drop({ password: 'wrong', code: codeOf(ada.secret) })).toBe(422);
    expect(await drop({ password, code: '000000' })).toBe(422);
    expect(await drop({ password, code: codeOf(ada.secret) })).toBe(204);
    expect(await drop({ password, code: codeOf(ada.secret, 1) })).toBe(404);
    nextMinute();
    expect(await logInStatus(ada)).toBe(200);
    const bob = await withFactor();
    expect(await status('DELETE', '/api/me', { password }, bob.headers)).toBe(204);
    expect(await db.admin`SELECT 1 FROM auth.totp WHERE user_id = ${bob.id}`).toHaveLength(0);
  });

  test('goes with a code of an administrator, which is the way back', async () => {
    const ada = await withFactor();
    const { hashSecret } = await import('./refresh-token.ts');
    await fixture.auth.store.offerClaim(ada.id, hashSecret('link'), new Date(fixture.clock.ms + 1000));
    const fresh = 'another long sentence';
    expect(await status('POST', '/api/claim', { token: 'link', password: fresh })).toBe(200);
    expect(await logInStatus(ada, undefined, fresh)).toBe(200);
  });
});

describe('a code is refused', () => {
  test('when it was used before, also by another at the same moment', async () => {
    const ada = await withFactor();
    const code = codeOf(ada.secret);
    const statuses = await Promise.all([logInStatus(ada, code), logInStatus(ada, code)]);
    expect(statuses.sort()).toEqual([200, 401]);
    expect(await logInStatus(ada, code)).toBe(401);
    expect(await logInStatus(ada, codeOf(ada.secret, -1))).toBe(401);
  });

  test('when it is of another time or of another account, and says nothing of the password', async () => {
    const [ada, bob] = [await withFactor(), await withFactor()];
    for (const code of [codeOf(ada.secret, -2), codeOf(ada.secret, 2), codeOf(bob.secret)])
      expect(await logInStatus(ada, code)).toBe(401);
    nextMinute();
    const wrong = await logIn(ada, codeOf(ada.secret), 'a wrong password');
    expect([wrong.status, await wrong.json()]).toMatchObject([401, { detail: 'User name or password is wrong.' }]);
    expect(await logInStatus(ada, codeOf(ada.secret))).toBe(200);
  });

  test('after five in a minute from a network, whatever it types, and nobody else has to wait', async () => {
    const ada = await withFactor();
    const from = (address: string, code: string) =>
      status('POST', '/api/login', { username: ada.username, password, code }, { 'x-client-address': address });
    for (let i = 0; i < 5; i++) expect(await from('203.0.113.1', '000000')).toBe(401);
    expect(await from('203.0.113.1', codeOf(ada.secret))).toBe(429);
    expect(await from('203.0.113.2', codeOf(ada.secret))).toBe(200);
    nextMinute();
    expect(await from('203.0.113.1', codeOf(ada.secret))).toBe(200);
  });

  test('after fifty in a day from all strangers together; the owner gets in from home, and by a recovery code from anywhere', async () => {
    const ada = await withFactor();
    const from = (address: string, code: string) =>
      status('POST', '/api/login', { username: ada.username, password, code }, { 'x-client-address': address });
    // In the test's own network the second factor was set up.
    const home = 'unknown';
    for (let i = 0; i < 50; i++) expect(await from(`203.0.113.${i}`, '000000')).toBe(401);
    nextMinute();
    expect(await from('203.0.113.77', codeOf(ada.secret))).toBe(429);
    expect(await from('203.0.113.77', ada.codes[0] as string)).toBe(200);
    expect(await from(home, codeOf(ada.secret))).toBe(200);
    // Shown once, a code makes the network a known one, which the password alone does not.
    nextMinute();
    expect(await from('203.0.113.77', codeOf(ada.secret))).toBe(200);
    expect(await from('203.0.113.78', codeOf(ada.secret))).toBe(429);
  });

  test('while a secret is confirmed, after five in a minute by one log-in', async () => {
    const ada = await person();
    const offer = await send('POST', '/api/me/totp', { password }, ada.headers);
    const { secret } = (await offer.json()) as { secret: string };
    const other = (await (await logIn(ada)).json()) as { token: string };
    const confirm = (code: string, headers = ada.headers) =>
      status('POST', '/api/me/totp/confirmation', { code }, headers);
    for (let i = 0; i < 5; i++) expect(await confirm('000000')).toBe(422);
    expect(await confirm(codeOf(secret))).toBe(429);
    expect(await confirm(codeOf(secret), bearer(other.token))).toBe(200);
  });
});

describe('a recovery code', () => {
  test('is good once, however it is typed, and is kept as a hash', async () => {
    const ada = await withFactor();
    const [first = '', second = ''] = ada.codes;
    expect(await logInStatus(ada, first.toUpperCase().replaceAll('-', ' '))).toBe(200);
    expect(await logInStatus(ada, first)).toBe(401);
    const rows = await db.admin<
      { row: string }[]
    >`SELECT r::text AS row FROM auth.recovery_codes r WHERE user_id = ${ada.id}`;
    expect([rows.length, rows.some(({ row }) => row.includes(second.slice(0, 4)))]).toEqual([9, false]);
    expect(await status('DELETE', '/api/me/totp', { password, code: second }, ada.headers)).toBe(204);
  });

  test('has 77 bits without letters that are read wrongly', () => {
    const codes = Array.from({ length: 50 }, newRecoveryCodes).flat();
    expect(new Set(codes).size).toBe(500);
    for (const code of codes) expect(code).toMatch(/^[2-9a-hj-km-np-tw-z]{4}(-[2-9a-hj-km-np-tw-z]{4}){3}$/);
  });
});

describe('at the moment that it is turned on', () => {
  const confirmation = (secret: string, session?: string) => ({
    secret,
    step: 1,
    recoveryHashes: ['hash'],
    session,
    at: new Date(fixture.clock.ms),
  });
  const offered = async () => {
    const ada = await person();
    const { store } = fixture.auth;
    await store.offerTotp(ada.id, 'SECRET');
    return { store, user: (await store.byId(ada.id))! };
  };

  test('one of two that confirm it gets codes', async () => {
    const { store, user } = await offered();
    const outcomes = await Promise.all([1, 2].map(() => store.confirmTotp(user, confirmation('SECRET'))));
    expect(outcomes.sort()).toEqual(['confirmed', 'too late']);
    expect(await store.recoveryCodesOf(user.id)).toBe(1);
  });

  test('a log-in that began without a code is not opened afterwards', async () => {
    const { store, user } = await offered();
    await store.confirmTotp(user, confirmation('SECRET'));
    const { family } = startFamily(randomUUID(), fixture.clock.ms);
    expect(await store.openSession(user, family)).toBe(false);
    expect(await store.openSession(user, family, { secondFactor: true })).toBe(true);
  });

  test('a log-in that is being opened ends with the others', async () => {
    const { store, user } = await offered();
    const left = await whileOpening(db, user.id, () => store.confirmTotp(user, confirmation('SECRET')));
    expect(left).toEqual(['confirmed', 0]);
  });

  test('a log-in that has ended turns nothing on', async () => {
    const { store, user } = await offered();
    expect(await store.confirmTotp(user, confirmation('SECRET', randomUUID()))).toBe('ended');
    expect(await store.totpOf(user.id)).toMatchObject({ confirmed: false });
  });
});

test('codes are those of RFC 6238', () => {
  // Appendix B, SHA-1: the last six of its eight digits.
  const secret = Secret.fromUTF8('12345678901234567890').base32;
  for (const [seconds, code] of [
    [59, '287082'],
    [1111111109, '081804'],
    [1234567890, '005924'],
    [20000000000, '353130'],
  ] as const)
    expect(stepOf(secret, code, seconds * 1000)).toBe(Math.floor(seconds / 30));
});
