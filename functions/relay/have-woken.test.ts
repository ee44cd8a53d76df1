import { expect, test } from 'vitest';
import { haveWoken, type Sleeper } from './have-woken.ts';

async function tick(...sleepers: Pick<Sleeper, 'due'>[]) {
  const woken: number[] = [];
  const warned: unknown[] = [];
  await haveWoken({
    sleepers: sleepers.map(({ due }, n) => ({ name: `f${n}`, due, wake: async () => void woken.push(n) })),
    log: { warn: (...each) => void warned.push(each) },
    now: () => 1000,
  });
  return { woken, warned };
}

test.each([
  [undefined, 0],
  [1001, 0],
  [1000, 1],
  [1, 1],
])('a function of which something is due at %s is woken %i times at 1000', async (due, times) => {
  expect(await tick({ due: async () => due })).toEqual({ woken: Array(times).fill(0), warned: [] });
});

test('a function or a database that does not answer keeps no other asleep, and is named', async () => {
  const away = { due: () => Promise.reject(new Error('gone')) };
  const { woken, warned } = await tick(away, { due: async () => 1 });
  expect(woken).toEqual([1]);
  expect(warned).toMatchObject([[{ function: 'f0', error: { message: 'gone' } }, 'a function cannot be woken']]);
});
