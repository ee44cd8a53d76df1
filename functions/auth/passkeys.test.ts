import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { Secret, TOTP } from 'otpauth';
import { beforeAll, describe, expect, test } from 'vitest';
import { authFixture, bearer } from './app.fixture.ts';
import { type Device, type Misbehaviour, newDevice } from './authenticator.fixture.ts';

let db: TestDatabase;
let fixture: ReturnType<typeof authFixture>;
const password = 'a long enough sentence';
const origin = 'https://blog.test';
const there = { 'x-client-origin': origin };
let count = 0;

beforeAll(async () => {
  db = await testDatabase('auth');
  fixture = authFixture(db.as('auth'), { address: () => `address-${++count}` });
  return () => db.drop();
});

const send = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
  fixture.send(method, path, body, { ...there, ...headers });
type Asked = { ticket: string; options: { challenge: string; rpId?: string; rp?: { id: string } } };
type Granted = { token: string; user: { id: number; username: string } };

async function person() {
  const username = `owner-${++count}`;
  await send('POST', '/api/register', { username, email: `${username}@example.org`, password });
  const { token, user } = (await (await send('POST', '/api/login', { username, password })).json()) as Granted;
  return { ...user, headers: bearer(token) };
}
type Person = Awaited<ReturnType<typeof person>>;

const offer = async ({ headers }: Person, body: object = { password }) =>
  (await (await send('POST', '/api/me/passkeys/options', body, headers)).json()) as Asked;
async function add(ada: Person, device: Device, wrong: Misbehaviour = {}) {
  const { ticket, options } = await offer(ada);
  return send(
    'POST',
    '/api/me/passkeys',
    { ticket, name: 'Laptop', response: device.create(options, wrong) },
    ada.headers,
  );
}
async function withPasskey() {
  const [ada, device] = [await person(), newDevice(origin)];
  expect((await add(ada, device)).status).toBe(201);
  return { ada, device };
}
const ask = async () => (await (await send('POST', '/api/passkeys/options')).json()) as Asked;
async function logIn(device: Device, wrong: Misbehaviour = {}) {
  const { ticket, options } = await ask();
  return send('POST', '/api/passkeys/session', { ticket, response: device.get(options, wrong) });
}
const logInStatus = async (...how: Parameters<typeof logIn>) => (await logIn(...how)).status;

describe('a passkey', () => {
  test('is made with the password, and logs its owner in without a name', async () => {
    const [ada, device] = [await person(), newDevice(origin)];
    expect((await send('POST', '/api/me/passkeys/options', {}, ada.headers)).status).toBe(422);
    expect((await send('POST', '/api/me/passkeys/options', { password: 'wrong' }, ada.headers)).status).toBe(422);
    const { ticket, options } = await offer(ada);
    expect(options).toMatchObject({
      rp: { id: 'blog.test', name: 'Dormouse' },
      user: { name: ada.username },
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      attestation: 'none',
    });
    const made = await send(
      'POST',
      '/api/me/passkeys',
      { ticket, name: 'Laptop', response: device.create(options) },
      ada.headers,
    );
    expect([made.status, await made.json()]).toMatchObject([201, { id: device.id, name: 'Laptop', used_at: null }]);
    expect(await ask()).toMatchObject({
      options: { rpId: 'blog.test', allowCredentials: [], userVerification: 'required' },
    });
    const response = await logIn(device);
    expect([response.status, await response.json()]).toMatchObject([200, { user: { username: ada.username } }]);
    expect(response.headers.get('set-cookie')).toMatch(/^__Secure-refresh_token=/);
    const [shown] = (await (await send('GET', '/api/me/passkeys', undefined, ada.headers)).json()) as unknown[];
    expect(shown).toMatchObject({ name: 'Laptop', used_at: expect.any(String) });
    expect(await (await send('GET', '/api/me/export', undefined, ada.headers)).json()).toMatchObject({
      passkeys: [{ name: 'Laptop' }],
    });
    expect((await offer(ada)).options).toMatchObject({ excludeCredentials: [{ id: device.id }] });
  });

  test('is asked for no second factor: whoever unlocked the device has shown two', async () => {
    const { ada, device } = await withPasskey();
    const { secret } = (await (await send('POST', '/api/me/totp', { password }, ada.headers)).json()) as {
      secret: string;
    };
    const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: fixture.clock.ms });
    await send('POST', '/api/me/totp/confirmation', { code }, ada.headers);
    expect(await logInStatus(device)).toBe(200);
  });

  test('is renamed, and removed with the password by its owner alone', async () => {
    const { ada, device } = await withPasskey();
    const bob = await person();
    const path = `/api/me/passkeys/${device.id}`;
    const change = async (method: string, body: object, { headers }: Person) =>
      (await send(method, path, body, headers)).status;
    expect(await change('PATCH', { name: 'Phone' }, bob)).toBe(404);
    expect(await change('PATCH', { name: 'Phone' }, ada)).toBe(204);
    expect(await change('DELETE', { password }, bob)).toBe(404);
    expect(await change('DELETE', { password: 'wrong' }, ada)).toBe(422);
    expect(await change('DELETE', { password }, ada)).toBe(204);
    expect(await logInStatus(device)).toBe(403);
  });

  test('is never removed as the last way in', async () => {
    const { ada, device } = await withPasskey();
    const { noPassword } = await import('./no-password.ts');
    await db.admin`UPDATE auth.users SET password_hash = ${noPassword()} WHERE id = ${ada.id}`;
    expect((await send('DELETE', `/api/me/passkeys/${device.id}`, {}, ada.headers)).status).toBe(409);
    const another = newDevice(origin);
    const { ticket, options } = await offer(ada, {});
    const response = another.create(options);
    expect((await send('POST', '/api/me/passkeys', { ticket, name: 'Key', response }, ada.headers)).status).toBe(201);
    expect((await send('DELETE', `/api/me/passkeys/${device.id}`, {}, ada.headers)).status).toBe(204);
    expect(await logInStatus(another)).toBe(200);
  });

  test('goes with the account, and by the code of an administrator', async () => {
    const { ada, device } = await withPasskey();
    await send('DELETE', '/api/me', { password }, ada.headers);
    expect(await logInStatus(device)).toBe(403);
    const other = await withPasskey();
    const { hashSecret } = await import('./refresh-token.ts');
    await fixture.auth.store.offerClaim(other.ada.id, hashSecret('a code'), new Date(fixture.clock.ms + 1000));
    expect((await send('POST', '/api/claim', { token: 'a code', password: 'another sentence' })).status).toBe(200);
    expect(await logInStatus(other.device)).toBe(403);
  });

  test('lets nobody in whose access has ended', async () => {
    const { ada, device } = await withPasskey();
    await db.admin`UPDATE auth.users SET suspended_at = now() WHERE id = ${ada.id}`;
    expect(await logInStatus(device)).toBe(403);
  });

  test('is one of twenty at most, and nobody else’s', async () => {
    const { ada, device } = await withPasskey();
    expect((await add(await person(), device)).status).toBe(409);
    await db.admin`
      INSERT INTO auth.passkeys (id, user_id, name, public_key, counter, transports, created_at)
      SELECT ${ada.username} || n, ${ada.id}, 'x', '', 0, '{}', now() FROM generate_series(1, 19) AS n`;
    expect((await add(ada, newDevice(origin))).status).toBe(409);
  });
});

describe('an answer of a device is refused', () => {
  const wrongs: [string, Misbehaviour][] = [
    ['for a page of another site', { origin: 'https://evil.test' }],
    ['for another site', { rpId: 'evil.test' }],
    ['to another challenge', { challenge: 'A'.repeat(43) }],
    ['that nobody unlocked', { verified: false }],
  ];
  test.each(wrongs)('%s', async (_, wrong) => {
    const { device } = await withPasskey();
    expect(await logInStatus(device, wrong)).toBe(403);
    expect((await add(await person(), newDevice(origin), wrong)).status).toBe(403);
    expect(await logInStatus(device)).toBe(200);
  });

  test('that was meant for the other purpose', async () => {
    const { device } = await withPasskey();
    expect(await logInStatus(device, { type: 'webauthn.create' })).toBe(403);
    expect((await add(await person(), newDevice(origin), { type: 'webauthn.get' })).status).toBe(403);
  });

  test('a second time', async () => {
    const { ada, device } = await withPasskey();
    const { ticket, options } = await ask();
    const answer = { ticket, response: device.get(options) };
    expect((await send('POST', '/api/passkeys/session', answer)).status).toBe(200);
    expect((await send('POST', '/api/passkeys/session', answer)).status).toBe(404);
    const replayed = { ticket: (await ask()).ticket, response: answer.response };
    expect((await send('POST', '/api/passkeys/session', replayed)).status).toBe(403);
    const offered = await offer(ada);
    const made = { ticket: offered.ticket, name: 'x', response: newDevice(origin).create(offered.options) };
    expect((await send('POST', '/api/me/passkeys', made, ada.headers)).status).toBe(201);
    expect((await send('POST', '/api/me/passkeys', made, ada.headers)).status).toBe(404);
  });

  test('after five minutes', async () => {
    const { device } = await withPasskey();
    const { ticket, options } = await ask();
    fixture.clock.ms += 300_000;
    expect((await send('POST', '/api/passkeys/session', { ticket, response: device.get(options) })).status).toBe(404);
  });

  test('to what was asked of another account, or for the other purpose', async () => {
    const { ada, device } = await withPasskey();
    const bob = await person();
    const offered = await offer(bob);
    const made = { ticket: offered.ticket, name: 'x', response: newDevice(origin).create(offered.options) };
    expect((await send('POST', '/api/me/passkeys', made, ada.headers)).status).toBe(404);
    const { ticket, options } = await offer(ada);
    expect((await send('POST', '/api/passkeys/session', { ticket, response: device.get(options) })).status).toBe(404);
  });

  test('of a copy: its counter is not ahead of the last', async () => {
    const { device } = await withPasskey();
    expect(await logInStatus(device, { counter: 7 })).toBe(200);
    expect(await logInStatus(device, { counter: 7 })).toBe(403);
    expect(await logInStatus(device, { counter: 3 })).toBe(403);
    expect(await logInStatus(device, { counter: 8 })).toBe(200);
  });

  test('that another key has signed, or of a passkey that is not known', async () => {
    const { device } = await withPasskey();
    const { ticket, options } = await ask();
    const response = { ...newDevice(origin).get(options), id: device.id, rawId: device.id };
    expect((await send('POST', '/api/passkeys/session', { ticket, response })).status).toBe(403);
    expect(await logInStatus(newDevice(origin))).toBe(403);
  });

  test('that is none', async () => {
    const { device } = await withPasskey();
    for (const broken of [
      { response: { clientDataJSON: '', authenticatorData: '', signature: '' } },
      { response: { clientDataJSON: 'e30', authenticatorData: 'AAAA', signature: 'AAAA' } },
      { rawId: 'other' },
    ]) {
      const { ticket, options } = await ask();
      const response = { ...device.get(options), ...broken };
      expect((await send('POST', '/api/passkeys/session', { ticket, response })).status).toBe(403);
    }
    const { ticket } = await ask();
    expect((await send('POST', '/api/passkeys/session', { ticket, response: {} })).status).toBe(422);
  });
});
