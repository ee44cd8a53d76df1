import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inGroups, togetherElseAlone } from './in-groups.ts';

/** Work that ends when it is told to. */
function held() {
  const groups: number[][] = [];
  const ends: (() => void)[] = [];
  const work = async (group: readonly number[]) => {
    groups.push([...group]);
    await new Promise<void>((end) => ends.push(end));
    return group.map((n) =>
      n < 0
        ? ({ status: 'rejected', reason: new Error(`no ${n}`) } as const)
        : ({ status: 'fulfilled', value: n } as const),
    );
  };
  const end = async () => {
    ends.shift()?.();
    await new Promise((done) => setImmediate(done));
  };
  return { work, groups, end };
}

test('the first is done at once and alone, what comes meanwhile is one group, in its order', async () => {
  const { work, groups, end } = held();
  const together = inGroups(work);
  const fates = [1, 2, 3].map(together);
  expect(groups).toEqual([[1]]);
  await end();
  expect(groups).toEqual([[1], [2, 3]]);
  await end();
  await Promise.all(fates);
  fates.push(together(4));
  expect(groups.at(-1)).toEqual([4]);
  await end();
});

test('each has its own fate, and a group that cannot be worked on is one that failed', async () => {
  const { work, end } = held();
  const together = inGroups(work);
  const fates = Promise.allSettled([1, -2, 3].map(together));
  await end();
  await end();
  expect((await fates).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  const broken = inGroups<number>(() => Promise.reject(new Error('away')));
  await expect(broken(1)).rejects.toThrow('away');
  await expect(broken(2)).rejects.toThrow('away');
});

test('a group has at most so many, and at most so much, unless one alone is more', async () => {
  const { work, groups, end } = held();
  const together = inGroups(work, { most: 3, size: (n) => n, mostSize: 10 });
  const fates = [1, 2, 2, 2, 2, 50, 9, 1, 1].map(together);
  for (let n = 0; n < 6; n++) await end();
  await Promise.all(fates);
  expect(groups).toEqual([[1], [2, 2, 2], [2], [50], [9, 1], [1]]);
});

test('law: whoever cannot be done alone fails, and nobody else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }), async (good) => {
      const done: number[] = [];
      const fates = await togetherElseAlone(
        good.map((_, i) => i),
        async (group) => {
          for (const i of group) if (!good[i]) throw new Error(`${i}`);
          done.push(...group);
        },
      );
      expect(fates.map(({ status }) => status === 'fulfilled')).toEqual(good);
      expect(done).toEqual(good.flatMap((each, i) => (each ? [i] : [])));
    }),
  );
});
