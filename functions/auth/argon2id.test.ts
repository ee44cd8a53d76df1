import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { argon2id, openssl } from './argon2id.ts';

const inputs = fc.record({
  password: fc.string({ unit: 'binary', maxLength: 64 }),
  salt: fc.uint8Array({ minLength: 8, maxLength: 48 }),
  cost: fc.record({
    memory: fc.integer({ min: 32, max: 256 }),
    passes: fc.integer({ min: 1, max: 3 }),
    lanes: fc.integer({ min: 1, max: 4 }),
  }),
  tagLength: fc.integer({ min: 12, max: 64 }),
});

test('both implementations derive the same tag', async () => {
  await fc.assert(
    fc.asyncProperty(inputs, async ({ password, salt, cost, tagLength }) => {
      const [ours, theirs] = [
        await argon2id(password, salt, cost, tagLength),
        await openssl(password, salt, cost, tagLength),
      ];
      expect(Buffer.from(ours)).toEqual(Buffer.from(theirs));
      expect(ours).toHaveLength(tagLength);
    }),
  );
});

test('a machine without the native package has passwords too', async () => {
  vi.resetModules();
  const missing = vi.fn(() => {
    throw new Error('no build for this machine');
  });
  vi.doMock('@node-rs/argon2', missing);
  const { argon2id: there } = await import('./argon2id.ts');
  const of = ['correct horse', Buffer.alloc(16, 7), { memory: 64, passes: 1, lanes: 1 }, 32] as const;
  expect(await there(...of)).toEqual(await openssl(...of));
  expect(missing).toHaveBeenCalled();
  vi.doUnmock('@node-rs/argon2');
});
