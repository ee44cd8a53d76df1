import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { initKeys, rotateKeys } from './key-folder.ts';
import { kidTime, openKeyring, overlapMs, readKeys } from './keyring.ts';
import { keysProgram } from './keys.ts';
import { temporaryFolder } from './temporary-folder.fixture.ts';

const day = Date.parse('2026-01-01T00:00:00Z');
const emptyFolder = () => join(temporaryFolder(), 'keys');
const filledFolder = () => {
  const folder = emptyFolder();
  initKeys(folder, day);
  return folder;
};
const ring = (folder: string, clock: { ms: number }, recheckMs = 0, onError?: (error: unknown) => void) =>
  openKeyring(folder, { now: () => clock.ms, recheckMs, ...(onError && { onError }) });

describe('a folder of keys', () => {
  test('is made with one key that only its owner may read', () => {
    const folder = emptyFolder();
    const kid = initKeys(folder, day) as string;
    expect(kid).toMatch(/^20260101T000000Z-[0-9a-f]{8}$/);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, `${kid}.private.jwk`)).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual([`${kid}.private.jwk`]);
  });

  test('that has a key is left alone', () => {
    const folder = filledFolder();
    expect(initKeys(folder)).toBeUndefined();
    expect(readdirSync(folder)).toHaveLength(1);
  });

  test('without a key is refused with a way out', () => {
    const folder = temporaryFolder();
    expect(() => openKeyring(folder)).toThrow(`no signing key in ${folder}: make one`);
  });

  test.each([
    ['not JSON', '{ "d": "secret'],
    [
      'an RSA key',
      JSON.stringify({
        ...generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ format: 'jwk' }),
        kid: '20260101T000000Z-00000000',
      }),
    ],
    [
      'a public key',
      JSON.stringify({
        ...generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }),
        kid: '20260101T000000Z-00000000',
      }),
    ],
    [
      "another file's key",
      JSON.stringify({
        ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }),
        kid: '../../etc/passwd',
      }),
    ],
  ])('with %s is refused by the name of the file, quoting nothing of it', (_, text) => {
    const folder = temporaryFolder();
    const path = join(folder, '20260101T000000Z-00000000.private.jwk');
    writeFileSync(path, text);
    expect(() => readKeys(folder)).toThrow(`${path} is not an Ed25519 private key as a JWK`);
  });

  test.each(['key', '2026', '20261301T000000Z-00000000', '20260101T000000Z-0000000g', '../20260101T000000Z-00000000'])(
    'knows no kid %s',
    (kid) => expect(kidTime(kid)).toBeUndefined(),
  );
});

describe('published keys', () => {
  test('hold no private member, whatever the file holds', () => {
    const folder = filledFolder();
    const [file] = readdirSync(folder) as [string];
    const stored = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    writeFileSync(join(folder, file), JSON.stringify({ ...stored, oth: 'x', k: 'x', note: 'x' }));
    const text = JSON.stringify(ring(folder, { ms: day }).published());
    expect(text).not.toContain(stored.d);
    expect(Object.keys(JSON.parse(text)[0]).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
  });

  test('lose a replaced key only when no token of it can live any more', () => {
    const folder = filledFolder();
    const clock = { ms: day };
    const keys = ring(folder, clock);
    const old = keys.signingKey().kid;
    const { startsAt } = rotateKeys(folder, { now: day, activateAfterMs: 60_000 });
    const kids = () => keys.published().map((key) => key.kid);
    clock.ms = startsAt + overlapMs - 1;
    expect(kids()).toContain(old);
    clock.ms = startsAt + overlapMs;
    expect(kids()).not.toContain(old);
  });
});

describe('a rotation', () => {
  test('removes the file of a retired key and no other', () => {
    const folder = filledFolder();
    const [first] = readKeys(folder);
    const second = rotateKeys(folder, { now: day, activateAfterMs: 0 });
    expect(second.dropped).toEqual([]);
    const third = rotateKeys(folder, { now: second.startsAt + overlapMs, activateAfterMs: 0 });
    expect(third.dropped).toEqual([first?.kid]);
    expect(readKeys(folder).map((key) => key.kid)).toEqual([second.added, third.added]);
  });

  test('twice in a second still gives the newest key the last word', () => {
    const folder = filledFolder();
    const added = [1, 2, 3].map(() => rotateKeys(folder, { now: day, activateAfterMs: 0 }).added);
    expect([...added].sort()).toEqual(added);
    expect(ring(folder, { ms: day + 10_000 }).signingKey().kid).toBe(added.at(-1));
  });

  test('after a theft leaves only the new key, which signs at once', () => {
    const folder = filledFolder();
    rotateKeys(folder, { now: day, activateAfterMs: 3_600_000 });
    const { added } = rotateKeys(folder, { now: day, activateAfterMs: 3_600_000, dropOthers: true });
    const keys = ring(folder, { ms: day });
    expect(keys.signingKey().kid).toBe(added);
    expect(keys.published()).toHaveLength(1);
  });
});

describe('a keyring', () => {
  test('sees a changed folder, but looks at most every so often', () => {
    const folder = filledFolder();
    const clock = { ms: day };
    const keys = ring(folder, clock, 2000);
    rotateKeys(folder, { now: day, activateAfterMs: 0 });
    clock.ms += 1999;
    expect(keys.published()).toHaveLength(1);
    clock.ms += 1;
    expect(keys.published()).toHaveLength(2);
  });

  test('keeps the keys it has when the folder breaks, and says so', () => {
    const folder = filledFolder();
    const clock = { ms: day };
    const errors: unknown[] = [];
    const keys = ring(folder, clock, 0, (error) => errors.push(error));
    const kid = keys.signingKey().kid;
    rmSync(folder, { recursive: true });
    clock.ms += 5000;
    expect(keys.signingKey().kid).toBe(kid);
    expect(errors.length).toBeGreaterThan(0);
  });
});

describe('the program keys', () => {
  const run = (...args: string[]) => {
    const lines: string[] = [];
    return { code: keysProgram(args, (line) => lines.push(line)), text: lines.join('\n') };
  };

  test('fills a folder, with or without the word init, and only once', () => {
    const [one, two] = [emptyFolder(), emptyFolder()];
    expect(run('init', one)).toEqual({ code: 0, text: expect.stringContaining('made 20') });
    expect(run(two).code).toBe(0);
    expect(run('init', one).text).toContain('nothing to do');
    expect([readKeys(one).length, readKeys(two).length]).toEqual([1, 1]);
  });

  test('says in one line what is missing', () => {
    expect(run()).toEqual({ code: 2, text: 'keys: which folder? (node functions/auth/keys.ts FOLDER)' });
    expect(run('--help').code).toBe(2);
    expect(run('/dev/null/keys')).toEqual({ code: 1, text: expect.stringMatching(/^keys: [^\n]+$/) });
  });
});
