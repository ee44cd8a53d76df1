import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Family,
  hashSecret,
  idleMs,
  leewayMs,
  maxLifetimeMs,
  newSecret,
  parseRefreshToken,
  refreshToken,
  rotateToken,
  startFamily,
} from './refresh-token.ts';

const id = '3f2c1e0a-0000-4000-8000-000000000000';
const start = () => startFamily(id, 0);

/** Presents a secret and keeps what comes of it; undefined when the family is gone. */
function present(family: Family, secret: string, now: number) {
  const turn = rotateToken(family, secret, now);
  return 'family' in turn ? turn : undefined;
}

describe('a refresh token', () => {
  test('is read back from what clients hold', () => {
    const { secret } = start();
    expect(parseRefreshToken(refreshToken(id, secret))).toEqual({ family: id, secret });
  });

  test.each([
    '',
    'x',
    `${id}.`,
    `${id}.short`,
    `${id.toUpperCase()}.${'a'.repeat(43)}`,
    `${id}.${'a'.repeat(44)}`,
    `' OR 1=1.${'a'.repeat(43)}`,
  ])('is not %j', (text) => expect(parseRefreshToken(text)).toBeUndefined());

  test('has 192 random bits and is kept as a hash only', () => {
    const { family, secret } = start();
    const random = (of: string) => Buffer.from(of, 'base64url').subarray(0, 24);
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(random(start().secret)).not.toEqual(random(secret));
    expect(JSON.stringify(family)).not.toContain(secret);
    expect(family.head).toBe(hashSecret(secret));
  });

  test('is replaced at each use', () => {
    const { family, secret } = start();
    const turn = rotateToken(family, secret, 1000);
    expect(turn).toMatchObject({ kind: 'rotated' });
    expect('secret' in turn && turn.secret).not.toBe(secret);
  });

  test('that was replaced leads to the same successor for ten seconds', () => {
    const { family, secret } = start();
    const first = present(family, secret, 1000);
    const second = rotateToken(first?.family as Family, secret, 1000 + leewayMs - 1);
    expect(second).toMatchObject({ kind: 'repeated', secret: first?.secret });
  });

  test('that was replaced ten seconds ago ends the family', () => {
    const { family, secret } = start();
    const first = present(family, secret, 1000);
    expect(rotateToken(first?.family as Family, secret, 1000 + leewayMs)).toEqual({ kind: 'reused' });
  });

  test('that somebody made up, or that is another family’s, is told from one that was issued', () => {
    const { family, secret } = start();
    expect(rotateToken(family, start().secret, 1000)).toEqual({ kind: 'invented' });
    expect(rotateToken(family, newSecret(), 1000)).toEqual({ kind: 'invented' });
    const rotated = present(family, secret, 1000)?.family as Family;
    const cut = Buffer.from(secret, 'base64url');
    for (let byte = 0; byte < cut.length; byte++) {
      const changed = Buffer.from(cut);
      changed[byte]! ^= 1;
      expect(rotateToken(rotated, changed.toString('base64url'), 60_000)).toEqual({ kind: 'invented' });
    }
    expect(rotateToken(rotated, secret, 60_000)).toEqual({ kind: 'reused' });
  });

  test('of a session from before there were marks is replaced, and its successor is known as issued', () => {
    const old = newSecret();
    const family: Family = { ...start().family, head: hashSecret(old) };
    const first = present(family, old, 1000);
    expect(present(first?.family as Family, old, 2000)?.secret).toBe(first?.secret);
    const second = present(first?.family as Family, first?.secret as string, 20_000);
    expect(rotateToken(second?.family as Family, first?.secret as string, 60_000)).toEqual({ kind: 'reused' });
  });

  test('cannot be derived from its predecessor alone', () => {
    const { family, secret } = start();
    expect(present(family, secret, 1000)?.secret).not.toBe(present(family, secret, 1000)?.secret);
  });

  test('ends after 30 days without use, and 90 days after the log-in whatever happens', () => {
    let { family, secret } = start();
    expect(rotateToken(family, secret, idleMs)).toEqual({ kind: 'expired' });
    const step = idleMs - 1;
    for (let now = step; now < maxLifetimeMs; now += step)
      ({ family, secret } = present(family, secret, now) ?? { family, secret });
    expect(family.expiresAt).toBe(maxLifetimeMs);
    expect(rotateToken(family, secret, maxLifetimeMs)).toEqual({ kind: 'expired' });
  });

  test('given again does not make the family live longer', () => {
    const { family, secret } = start();
    const first = present(family, secret, 1000);
    const second = present(first?.family as Family, secret, 5000);
    expect(second?.family.expiresAt).toBe(first?.family.expiresAt);
  });
});

describe('any order of tabs', () => {
  test('that present tokens they were given within the leeway keeps one family with one newest token', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ tab: fc.nat(3), wait: fc.nat(1000) }), { maxLength: 8 }), (steps) => {
        const begun = start();
        let family = begun.family;
        const held = Array(4).fill(begun.secret);
        let now = 0;
        for (const { tab, wait } of steps) {
          now += wait;
          const turn = present(family, held[tab], now);
          expect(turn).toBeDefined();
          ({ family, secret: held[tab] } = turn as { family: Family; secret: string });
          expect(hashSecret(held[tab])).toBe(family.head);
        }
      }),
    );
  });

  test('ends the family as soon as a token older than the leeway comes back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: leewayMs, max: 86_400_000 }), { minLength: 2, maxLength: 8 }),
        fc.nat(),
        (waits, pick) => {
          let { family, secret } = start();
          const old: string[] = [];
          let now = 0;
          for (const wait of waits) {
            now += wait;
            old.push(secret);
            ({ family, secret } = present(family, secret, now) as { family: Family; secret: string });
          }
          expect(rotateToken(family, old[pick % old.length] as string, now + leewayMs)).toEqual({ kind: 'reused' });
        },
      ),
    );
  });
});
