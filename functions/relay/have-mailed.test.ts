import { expect, test } from 'vitest';
import { haveMailed } from './have-mailed.ts';

async function tick(mailsDue: () => Promise<number | undefined>, mailDue: () => Promise<void> = async () => {}) {
  let woken = 0;
  const warned: unknown[] = [];
  await haveMailed({
    mailsDue,
    mailDue: () => {
      woken++;
      return mailDue();
    },
    log: { warn: (...each) => void warned.push(each) },
    now: () => 1000,
  });
  return [woken, warned.length];
}

test.each([
  [undefined, 0],
  [1001, 0],
  [1000, 1],
  [1, 1],
])('newsletter whose next mail is due at %s is woken %i times at 1000', async (due, times) => {
  expect(await tick(async () => due)).toEqual([times, 0]);
});

test('a newsletter or a database that does not answer ends nothing else of the tick', async () => {
  expect(await tick(() => Promise.reject(new Error('gone')))).toEqual([0, 1]);
  expect(
    await tick(
      async () => 1,
      () => Promise.reject(new Error('503')),
    ),
  ).toEqual([1, 1]);
});
