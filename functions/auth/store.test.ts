import { randomUUID } from 'node:crypto';
import { outbox } from '@dormouse/runtime/outbox';
import type { Sql } from '@dormouse/runtime/sql-types';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hashSecret, refreshToken, rotateToken, startFamily } from './refresh-token.ts';
import { createStore, type Store } from './store.ts';
import type { User } from './user.ts';
import { whileOpening } from './while-opening.fixture.ts';

let db: TestDatabase;
let sql: Sql;
let store: Store;
let ada: User;
let count = 0;
const now = Date.now();

beforeAll(async () => {
  db = await testDatabase('auth');
  sql = db.as('auth');
  store = createStore(sql, outbox({ sql, source: '/auth' }));
});
beforeEach(async () => {
  ada = (await store.register({ username: `Ada-${++count}`, email: 'ada@example.org', passwordHash: 'hash' })) as User;
});
afterAll(() => db?.drop());

async function open(user = ada, at = now) {
  const begun = startFamily(randomUUID(), at);
  return { ...begun, opened: await store.openSession(user, begun.family) };
}
const sessionsOf = async (user: User) =>
  (await sql`SELECT id FROM sessions WHERE user_id = ${user.id}`).map((row) => row.id);

describe('an account', () => {
  test('is found by name in any case and by id', async () => {
    expect(await store.find(ada.username.toUpperCase())).toEqual(ada);
    expect(await store.byId(ada.id)).toEqual(ada);
  });

  test('is not found by what cannot be a name or an id of ours', async () => {
    expect(await store.find('\u0000')).toBeUndefined();
    expect(await store.byId(Number.MAX_SAFE_INTEGER)).toBeUndefined();
  });

  test('is registered and announced in one transaction: without the event there is no account', async () => {
    const failing: Store = createStore(sql, {
      transaction: (work) =>
        outbox({ sql, source: '/auth' }).transaction((tx, emit) =>
          work(tx, emit).then(() => Promise.reject(new Error('no event'))),
        ),
      drained: async () => {},
    });
    await expect(failing.register({ username: 'half-made' })).rejects.toThrow('no event');
    expect(await store.taken('half-made')).toBe(false);
  });

  test('is not announced when its name was taken', async () => {
    const before = await sql`SELECT count(*)::int AS count FROM outbox`;
    expect(await store.register({ username: ada.username.toLowerCase() })).toBeUndefined();
    expect(await sql`SELECT count(*)::int AS count FROM outbox`).toEqual(before);
  });

  test('that was deleted keeps nothing, and its name stays taken', async () => {
    await open();
    await store.setProfile(ada, { bio: 'Writes.' });
    await store.offerClaim(ada.id, 'link', new Date(now + 1000));
    await sql`INSERT INTO identities (provider, subject, user_id) VALUES ('test', ${ada.username}, ${ada.id})`;
    expect(await store.remove(ada.id)).toBe(true);
    expect(await sql`SELECT 1 FROM users WHERE id = ${ada.id}`).toHaveLength(0);
    for (const table of ['sessions', 'claims', 'identities'])
      expect(await sql`SELECT 1 FROM ${sql(table)} WHERE user_id = ${ada.id}`).toHaveLength(0);
    expect(await store.remove(ada.id)).toBe(false);
    expect(await store.setRole(ada.username, 'admin')).toBeUndefined();
    for (const name of [ada.username, ada.username.toUpperCase()]) {
      expect(await store.taken(name)).toBe(true);
      expect(await store.register({ username: name })).toBeUndefined();
    }
  });

  test('is deleted once, however many ask at once', async () => {
    const results = await Promise.all([1, 2, 3, 4].map(() => store.remove(ada.id)));
    expect(results.filter(Boolean)).toHaveLength(1);
    // Told at once and some seconds later.
    expect(await sql`SELECT 1 FROM outbox WHERE subject = ${`user/${ada.id}`} AND type LIKE '%deleted%'`).toHaveLength(
      2,
    );
  });

  test('is refused by the database itself with a name that is none, or the same name in other letters', async () => {
    await expect(sql`INSERT INTO users (username) VALUES ('аda')`).rejects.toMatchObject({ code: '23514' });
    await expect(sql`INSERT INTO users (username) VALUES (${ada.username.toUpperCase()})`).rejects.toMatchObject({
      code: '23505',
    });
  });
});

describe('a session', () => {
  test('keeps hashes of tokens only', async () => {
    const { family, secret } = await open();
    const [row] = await sql`SELECT sessions::text AS text FROM sessions WHERE id = ${family.id}`;
    expect(row?.text).toContain(hashSecret(secret));
    expect(row?.text).not.toContain(secret);
    expect(row?.text).not.toContain(refreshToken(family.id, secret));
  });

  test('is not opened with a password that was changed meanwhile, or for a deleted user', async () => {
    await store.setPassword(ada.id, 'other', undefined);
    expect((await open()).opened).toBe(false);
    await store.remove(ada.id);
    expect((await open({ ...ada, passwordHash: 'other' })).opened).toBe(false);
  });

  test('does not outlive a change of password that races with its log-in', async () => {
    for (let round = 0; round < 10; round++) {
      const user = (await store.register({ username: `racer-${round}`, passwordHash: 'hash' })) as User;
      await Promise.all([open(user), open(user), store.setPassword(user.id, 'other', undefined)]);
      expect(await sessionsOf(user)).toEqual([]);
    }
  });

  test('that two tabs refresh at once is rotated once, and both get the same token', async () => {
    const { family, secret } = await open();
    const results = await Promise.all(
      [1, 2, 3, 4].map(() => store.rotateSession(family.id, (found) => rotateToken(found, secret, now + 1000))),
    );
    const turns = results.map((result) => result?.turn);
    expect(turns.map((turn) => turn?.kind).sort()).toEqual(['repeated', 'repeated', 'repeated', 'rotated']);
    expect(new Set(turns.map((turn) => turn && 'secret' in turn && turn.secret)).size).toBe(1);
  });

  test('is removed when a token is used again, and stays so', async () => {
    const { family, secret } = await open();
    await store.rotateSession(family.id, (found) => rotateToken(found, secret, now + 1000));
    const later = await store.rotateSession(family.id, (found) => rotateToken(found, secret, now + 60_000));
    expect(later?.turn.kind).toBe('reused');
    expect(await store.rotateSession(family.id, (found) => rotateToken(found, secret, now + 60_000))).toBeUndefined();
  });

  test('is gone with its user', async () => {
    const { family } = await open();
    await store.remove(ada.id);
    expect(await store.rotateSession(family.id, () => ({ kind: 'expired' }))).toBeUndefined();
  });

  test('is one of at most a hundred: the oldest go', async () => {
    const first = await open(ada, now);
    for (let i = 1; i <= 100; i++) await open(ada, now + i);
    const ids = await sessionsOf(ada);
    expect(ids).toHaveLength(100);
    expect(ids).not.toContain(first.family.id);
  });
});

describe('what access tokens do not know yet', () => {
  test('is every session that ended, however it was ended', async () => {
    const sessions = await Promise.all([open(), open(), open()]);
    const [closed, deleted, reused] = sessions.map(({ family }) => family.id) as [string, string, string];
    expect(await store.closeSession(closed, () => false)).toBe(false);
    expect((await store.revocations()).sessions).not.toContain(closed);
    expect(await store.closeSession(closed, () => true)).toBe(true);
    expect(await store.closeSession(closed)).toBe(false);
    await sql`DELETE FROM sessions WHERE id = ${deleted}`;
    await store.rotateSession(reused, () => ({ kind: 'reused' }));
    expect((await store.revocations()).sessions).toEqual(expect.arrayContaining([closed, deleted, reused]));
  });

  test('is a role that was changed, by whatever statement, and not one that stayed', async () => {
    await sql`UPDATE users SET role = 'author' WHERE id = ${ada.id}`;
    expect((await store.revocations()).roles.map(({ id }) => id)).not.toContain(ada.id);
    await sql`UPDATE users SET role = 'editor' WHERE id = ${ada.id}`;
    expect((await store.revocations()).roles).toContainEqual({ id: ada.id, role: 'editor' });
  });

  test('is forgotten after 20 minutes, when no token is left, and removed after an hour', async () => {
    const { family } = await open();
    await store.closeSession(family.id);
    await sql`UPDATE ended_sessions SET ended_at = now() - interval '21 minutes' WHERE id = ${family.id}`;
    await sql`UPDATE users SET role = 'editor' WHERE id = ${ada.id}`;
    await sql`UPDATE users SET role_changed_at = now() - interval '21 minutes' WHERE id = ${ada.id}`;
    const { sessions, roles } = await store.revocations();
    expect(sessions).not.toContain(family.id);
    expect(roles.map(({ id }) => id)).not.toContain(ada.id);
    await sql`UPDATE ended_sessions SET ended_at = now() - interval '61 minutes' WHERE id = ${family.id}`;
    await store.closeSession((await open()).family.id);
    expect(await sql`SELECT FROM ended_sessions WHERE id = ${family.id}`).toHaveLength(0);
  });
});

describe('a network', () => {
  const guesser = (name: string, network: string) => ({ name: name.toLowerCase(), network });
  const at = (ms: number) => new Date(now + ms);
  const days = 86_400_000;

  test('that its owner has used has a row of its own for 90 days', async () => {
    const home = guesser(ada.username, '203.0.113.1');
    expect(await store.beginTry(home, at(0))).toMatchObject({ row: '' });
    await store.rememberNetwork(ada.id, home, at(0), '');
    expect(await store.beginTry(home, at(0))).toMatchObject({ row: '203.0.113.1', tries: 1 });
    expect(await store.beginTry(guesser(ada.username, '203.0.113.2'), at(0))).toMatchObject({ row: '', tries: 1 });
    expect(await store.beginTry(home, at(90 * days))).toMatchObject({ row: '' });
  });

  test('is one of at most twenty, and forgotten with its user', async () => {
    const networksOf = async () =>
      (await sql`SELECT network FROM known_networks WHERE user_id = ${ada.id}`).map((row) => row.network as string);
    for (let n = 0; n < 22; n++) await store.rememberNetwork(ada.id, guesser(ada.username, `10.0.0.${n}`), at(n));
    expect(await networksOf()).toHaveLength(20);
    expect(await networksOf()).not.toContain('10.0.0.1');
    await store.remove(ada.id);
    await store.rememberNetwork(ada.id, guesser(ada.username, '10.0.0.30'), at(30));
    expect(await networksOf()).toEqual([]);
  });

  test('and rows of tries are removed when they count no more', async () => {
    await store.beginTry(guesser('long-ago', 'x'), at(-2 * days));
    for (let n = 0; n < 100; n++) await store.beginTry(guesser(`many-${n}`, 'x'), at(0));
    expect(await sql`SELECT FROM password_tries WHERE name = 'long-ago'`).toHaveLength(0);
  });
});

describe('a hash of today', () => {
  test('replaces the one it was made from', async () => {
    await store.rehash(ada.id, 'hash', 'stronger');
    expect((await store.byId(ada.id))?.passwordHash).toBe('stronger');
  });

  test('does not undo a change of password', async () => {
    await store.setPassword(ada.id, 'changed', undefined);
    await store.rehash(ada.id, 'hash', 'stronger');
    expect((await store.byId(ada.id))?.passwordHash).toBe('changed');
  });
});

describe('a one-time link', () => {
  const until = new Date(now + 60_000);

  test('is used up by the first who comes', async () => {
    await store.offerClaim(ada.id, `hash-${count}`, until);
    const change = { passwordHash: 'claimed', email: 'new@example.org' };
    const results = await Promise.all([1, 2, 3].map(() => store.claim(`hash-${count}`, new Date(now), change)));
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(await store.byId(ada.id)).toMatchObject(change);
    expect(await store.findClaim(`hash-${count}`, new Date(now))).toBeUndefined();
  });

  test('ends every log-in when it is used', async () => {
    await open();
    await store.offerClaim(ada.id, `hash-${count}`, until);
    await store.claim(`hash-${count}`, new Date(now), { passwordHash: 'claimed' });
    expect(await sessionsOf(ada)).toEqual([]);
    expect((await store.byId(ada.id))?.email).toBe('ada@example.org');
  });

  test('is void when it is too old or replaced', async () => {
    await store.offerClaim(ada.id, `first-${count}`, until);
    await store.offerClaim(ada.id, `second-${count}`, until);
    expect(await store.findClaim(`first-${count}`, new Date(now))).toBeUndefined();
    expect(await store.claim(`second-${count}`, until, { passwordHash: 'late' })).toBe(false);
    expect((await store.findClaim(`second-${count}`, new Date(now)))?.id).toBe(ada.id);
  });
});

test('the end of all log-ins of an account, or of all, takes along one that is being opened', async () => {
  expect(await whileOpening(db, ada.id, () => store.closeSessions(ada.id))).toEqual([1, 0]);
  const [ended, left] = await whileOpening(db, ada.id, () => store.closeSessions());
  expect([ended > 0, left]).toEqual([true, 0]);
  await open();
  const both = await Promise.all([store.closeSessions(ada.id), store.closeSessions(ada.id)]);
  expect(both.sort()).toEqual([0, 1]);
});
