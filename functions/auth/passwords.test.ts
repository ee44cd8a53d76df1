import { AppError } from '@dormouse/runtime/errors';
import { describe, expect, test } from 'vitest';
import type { Derive } from './argon2id.ts';
import { cost, passwords } from './passwords.ts';
import { decodePhc } from './phc.ts';

const cheap = { memory: 64, passes: 1, lanes: 1 };

/** A derivation that waits until it is let go, and how many are under way. */
function gate() {
  const waiting: (() => void)[] = [];
  const seen = { running: 0, most: 0, count: 0 };
  const derive: Derive = async (_password, _salt, _cost, length) => {
    seen.count++;
    seen.most = Math.max(seen.most, ++seen.running);
    await new Promise<void>((go) => waiting.push(go));
    seen.running--;
    return new Uint8Array(length);
  };
  const letAllGo = async (pending: Promise<unknown>[]) => {
    let done = false;
    const all = Promise.allSettled(pending).finally(() => (done = true));
    while (!done) {
      waiting.shift()?.();
      await new Promise((next) => setImmediate(next));
    }
    return all;
  };
  return { derive, seen, letAllGo };
}

describe('a stored password', () => {
  test('is argon2id of 19 MiB, 2 passes and 1 lane with a salt of its own', async () => {
    const hasher = passwords();
    const [first, second] = [await hasher.hash('correct horse'), await hasher.hash('correct horse')];
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(first).not.toBe(second);
    expect(decodePhc(first)).toMatchObject(cost);
    expect(await hasher.verify('correct horse', first)).toEqual({ ok: true, outdated: false });
    expect(await hasher.verify('correct horsf', first)).toEqual({ ok: false, outdated: false });
  });

  test('made by the reference implementation is understood', async () => {
    const reference = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await passwords().verify('password', reference)).toEqual({ ok: true, outdated: true });
    expect((await passwords().verify('Password', reference)).ok).toBe(false);
  });

  test('is outdated when memory, passes or lanes are not those of today', async () => {
    const stored = await passwords({ cost: cheap }).hash('correct horse');
    for (const change of [{ memory: 128 }, { passes: 2 }, { lanes: 2 }])
      expect(await passwords({ cost: { ...cheap, ...change } }).verify('correct horse', stored)).toEqual({
        ok: true,
        outdated: true,
      });
  });

  test('is the same in every Unicode normalisation form', async () => {
    const hasher = passwords({ cost: cheap });
    const stored = await hasher.hash('Ame\u0301lie ist da');
    expect((await hasher.verify('Am\u00e9lie ist da', stored)).ok).toBe(true);
  });

  test('that is broken is an error, not a wrong password', async () => {
    await expect(passwords({ cost: cheap }).verify('correct horse', 'plain')).rejects.toThrow(TypeError);
  });
});

describe('checking for nobody', () => {
  test('does exactly the work of checking for somebody', async () => {
    const seen: unknown[] = [];
    const derive: Derive = async (password, salt, spent, length) => {
      seen.push([password, salt.length, { memory: spent.memory, passes: spent.passes, lanes: spent.lanes }, length]);
      return new Uint8Array(length);
    };
    const hasher = passwords({ derive });
    const stored = await hasher.hash('guess');
    await hasher.verify('guess', stored);
    await hasher.verify('guess', undefined);
    expect(seen).toHaveLength(3);
    expect(seen[2]).toEqual(seen[1]);
  });

  test('is never right, whatever is derived', async () => {
    const derive: Derive = async (_password, _salt, _cost, length) => new Uint8Array(length);
    const hasher = passwords({ derive, random: (bytes) => new Uint8Array(bytes) });
    expect(await hasher.verify('anything', undefined)).toEqual({ ok: false, outdated: false });
  });
});

describe('many at once', () => {
  test('are hashed two at a time, the rest in turn', async () => {
    const { derive, seen, letAllGo } = gate();
    const hasher = passwords({ derive, concurrency: 2, queue: 10 });
    await letAllGo(Array.from({ length: 12 }, () => hasher.hash('correct horse')));
    expect(seen).toEqual({ running: 0, most: 2, count: 12 });
  });

  test('are turned away at once, with Retry-After, when the queue is full', async () => {
    const { derive, seen, letAllGo } = gate();
    const hasher = passwords({ derive, concurrency: 2, queue: 3 });
    const accepted = Array.from({ length: 5 }, () => hasher.hash('correct horse'));
    const rejected = await hasher.hash('one too many').catch((error) => error);
    expect(rejected).toBeInstanceOf(AppError);
    expect(rejected).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    const results = await letAllGo(accepted);
    expect(results.map((each) => each.status)).toEqual(Array(5).fill('fulfilled'));
    expect(seen.count).toBe(5);
  });

  test('go on after one that failed', async () => {
    let calls = 0;
    const derive: Derive = async (_password, _salt, _cost, length) => {
      if (calls++ === 0) throw new Error('out of memory');
      return new Uint8Array(length);
    };
    const hasher = passwords({ derive, concurrency: 1, queue: 1 });
    const [first, second] = await Promise.allSettled([hasher.hash('a'), hasher.hash('b')]);
    expect([first.status, second.status]).toEqual(['rejected', 'fulfilled']);
    await expect(hasher.hash('c')).resolves.toContain('$argon2id$');
  });

  test('leave the event loop free', async () => {
    let turns = 0;
    let done = false;
    const hashing = passwords()
      .hash('correct horse')
      .finally(() => (done = true));
    while (!done) {
      turns++;
      await new Promise((next) => setImmediate(next));
    }
    await hashing;
    expect(turns).toBeGreaterThan(10);
  });
});
