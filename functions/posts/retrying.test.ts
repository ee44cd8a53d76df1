import { expect, test } from 'vitest';
import { ConcurrentUpdate, retrying } from './retrying.ts';

const failing = (times: number, error: unknown) => {
  let calls = 0;
  const work = async () => {
    if (calls++ < times) throw error;
    return calls;
  };
  return { work, calls: () => calls };
};
const nowait = async () => {};
const lost = (fields: object) => Object.assign(new Error('lost'), fields);

test.each([
  ['a deadlock', lost({ code: '40P01' })],
  ['a serialization failure', lost({ code: '40001' })],
  ['a category that was removed', lost({ code: '23503', constraint_name: 'posts_category' })],
  ['a source that was imported meanwhile', lost({ code: '23505', constraint_name: 'posts_source' })],
  ['a key that was used meanwhile', new ConcurrentUpdate('used')],
])('%s is tried again', async (_, error) => {
  expect(await retrying(failing(3, error).work, 8, nowait)).toBe(4);
});

test('what is no lost race is not tried again', async () => {
  for (const error of [
    new Error('no'),
    lost({ code: '23505', constraint_name: 'posts_pkey' }),
    lost({ code: '57014' }),
    undefined,
    'text',
  ]) {
    const { work, calls } = failing(3, error);
    await expect(retrying(work, 8, nowait)).rejects.toBe(error);
    expect(calls()).toBe(1);
  }
});

test('in the end it gives up with the last error', async () => {
  const error = lost({ code: '40P01' });
  const { work, calls } = failing(99, error);
  await expect(retrying(work, 4, nowait)).rejects.toBe(error);
  expect(calls()).toBe(4);
});
