import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { tokens } from '@dormouse/runtime/auth';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { sessionOf, signAccessToken } from './access-token.ts';
import { importToken } from './import-token.ts';
import { initKeys } from './key-folder.ts';
import { openKeyring } from './keyring.ts';
import { operatorToken } from './operator-token.ts';
import { temporaryFolder } from './temporary-folder.fixture.ts';

const folder = temporaryFolder();
initKeys(folder);
const keys = openKeyring(folder);
const issuer = 'https://dormouse.test';
const jwks = { keys: keys.published() };
const subject = { id: 7, name: 'ada', role: 'editor', session: 'b7' } as const;

test('an access token is what RFC 9068 asks for, to another implementation', async () => {
  const token = signAccessToken(keys.signingKey(), subject, { issuer, now: 1_900_000_000_000 });
  const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(jwks), {
    issuer,
    audience: 'dormouse',
    typ: 'at+jwt',
    algorithms: ['EdDSA'],
    currentDate: new Date(1_900_000_000_000),
  });
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

test('no two tokens have the same jti', () => {
  const [one, two] = [1, 2].map(() => signAccessToken(keys.signingKey(), subject, { issuer }));
  expect(one).not.toBe(two);
});

test('the log-in of a token is read back, and a token without one has none', () => {
  expect(sessionOf(signAccessToken(keys.signingKey(), subject, { issuer }))).toBe('b7');
  expect(
    sessionOf(signAccessToken(keys.signingKey(), { id: 7, name: 'ada', role: 'editor' }, { issuer })),
  ).toBeUndefined();
});

test("an importer's token is accepted, with scope import, and is nobody's", async () => {
  const verifier = tokens({ jwksUrl: 'keys:', issuer, audience: 'dormouse', fetch: async () => Response.json(jwks) });
  expect(await verifier.verify(importToken(folder, { issuer }))).toMatchObject({
    name: 'dormouse:import',
    role: 'admin',
    scopes: ['import'],
  });
});

test("an operator's token is accepted, without any scope, is nobody's, and ends", async () => {
  let now = Date.now();
  const verifier = tokens({
    jwksUrl: 'keys:',
    issuer,
    audience: 'dormouse',
    fetch: async () => Response.json(jwks),
    now: () => now,
  });
  const token = operatorToken(folder, { issuer, seconds: 300 });
  expect(await verifier.verify(token)).toMatchObject({ name: 'dormouse:operator', role: 'operator', scopes: [] });
  now += 400_000;
  await expect(verifier.verify(token)).rejects.toThrow();
});

test('the program prints an operator’s token for five minutes', () => {
  const { stdout } = spawnSync(process.execPath, [join(import.meta.dirname, 'operator-token.ts'), folder], {
    encoding: 'utf8',
  });
  const { iat, exp, iss } = JSON.parse(Buffer.from(stdout.split('.')[1]!, 'base64url').toString());
  expect({ life: exp - iat, iss }).toEqual({ life: 300, iss: 'https://dormouse.dev' });
});
