import { spawnSync } from 'node:child_process';
import { createPublicKey, verify } from 'node:crypto';
import { join } from 'node:path';
import { tokens } from '@dormouse/runtime/auth';
import { jwtVerify } from 'jose/jwt/verify';
import { expect, test } from 'vitest';
import { signAccessToken } from './access-token.ts';
import { importToken } from './import-token.ts';
import { initKeys } from './key-folder.ts';
import { openKeyring } from './keyring.ts';
import { operatorToken } from './operator-token.ts';
import { temporaryFolder } from './temporary-folder.fixture.ts';

const folder = temporaryFolder();
initKeys(folder);
const keys = openKeyring(folder);
const issuer = 'https://dormouse.test';
const subject = { id: 7, name: 'ada', role: 'editor', session: 'b7' } as const;

test('an access token is what RFC 9068 asks for, to another implementation than the one that signs', async () => {
  const token = await signAccessToken(keys.signingKey(), subject, { issuer, now: 1_900_000_000_000 });
  const [head, body, signature] = token.split('.') as [string, string, string];
  const [protectedHeader, payload] = [head, body].map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
  const key = createPublicKey({ key: { ...keys.published()[0] }, format: 'jwk' });
  expect(verify(null, Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))).toBe(true);
  expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: 'at+jwt', kid: keys.signingKey().kid });
  expect(payload).toEqual({
    iss: issuer,
    aud: 'dormouse',
    sub: '7',
    name: 'ada',
    role: 'editor',
    scope: '',
    sid: 'b7',
    jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    iat: 1_900_000_000,
    exp: 1_900_000_900,
  });
});

test('a limited token has a type of its own, which a verifier that knows no limits refuses', async () => {
  const token = await signAccessToken(
    keys.signingKey(),
    { ...subject, scope: 'posts:read', limited: true },
    { issuer },
  );
  const key = createPublicKey({ key: { ...keys.published()[0] }, format: 'jwk' });
  await expect(jwtVerify(token, key, { typ: 'at+jwt' })).rejects.toMatchObject({ claim: 'typ' });
  const verifier = tokens({ keys: keys.published, issuer, audience: 'dormouse' });
  expect(await verifier.verify(token)).toMatchObject({ limited: true, scopes: ['posts:read'] });
});

test('no two tokens have the same jti', async () => {
  const [one, two] = await Promise.all([1, 2].map(() => signAccessToken(keys.signingKey(), subject, { issuer })));
  expect(one).not.toBe(two);
});

test('the log-in of a token is read back, and a token without one has none', async () => {
  const verifier = tokens({ keys: keys.published, issuer, audience: 'dormouse' });
  const { session: _, ...loginless } = subject;
  const [one, other] = await Promise.all(
    [subject, loginless].map((each) => signAccessToken(keys.signingKey(), each, { issuer })),
  );
  expect(await verifier.verify(one as string)).toMatchObject({ session: 'b7' });
  expect(await verifier.verify(other as string)).not.toHaveProperty('session');
});

test("an importer's token is accepted, with scope import, and is nobody's", async () => {
  const verifier = tokens({ keys: keys.published, issuer, audience: 'dormouse' });
  expect(await verifier.verify(await importToken(folder, { issuer }))).toMatchObject({
    name: 'dormouse:import',
    role: 'admin',
    scopes: ['import'],
  });
});

test("an operator's token is accepted, without any scope, is nobody's, and ends", async () => {
  let now = Date.now();
  const verifier = tokens({ keys: keys.published, issuer, audience: 'dormouse', now: () => now });
  const token = await operatorToken(folder, { issuer, seconds: 300 });
  expect(await verifier.verify(token)).toMatchObject({ name: 'dormouse:operator', role: 'operator', scopes: [] });
  now += 400_000;
  await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'unauthorized' });
});

test('the program prints an operator’s token for five minutes', () => {
  const { stdout } = spawnSync(process.execPath, [join(import.meta.dirname, 'operator-token.ts'), folder], {
    encoding: 'utf8',
  });
  const { iat, exp, iss } = JSON.parse(Buffer.from(stdout.split('.')[1]!, 'base64url').toString());
  expect({ life: exp - iat, iss }).toEqual({ life: 300, iss: 'https://dormouse.dev' });
});
