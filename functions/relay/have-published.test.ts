import { expect, it } from 'vitest';
import { havePublished } from './have-published.ts';

/** Posts that are due at these times, seconds; what happens and when is noted. */
function world(due: number[], { works = true, goesOn = true } = {}) {
  let now = 0;
  const did: string[] = [];
  const note = (what: string) => void did.push(`${now / 1000} ${what}`);
  const run = () =>
    havePublished({
      now: () => now,
      nextDue: async () => (due[0] === undefined ? undefined : due[0] * 1000),
      publishDue: async () => {
        note('posts');
        if (!works) throw new Error('asleep');
        while (due[0] !== undefined && due[0] * 1000 <= now) note(`published ${due.shift()}`);
      },
      pause: async (ms) => {
        now += ms;
        return goesOn;
      },
      log: { warn: () => note('warned') } as never,
    });
  return { run, did };
}

it('leaves posts asleep while nothing is due', async () => {
  for (const due of [[], [66]]) {
    const { run, did } = world(due);
    await run();
    expect(did).toEqual([]);
  }
});

it('publishes what is overdue at once, and what comes within the minute at its time', async () => {
  const { run, did } = world([-120, 10, 10, 40]);
  await run();
  expect(did).toEqual([
    '0 posts',
    '0 published -120',
    '0.25 posts',
    '10 posts',
    '10 published 10',
    '10 published 10',
    '10.25 posts',
    '40 posts',
    '40 published 40',
  ]);
});

it('wakes posts ahead of what comes at the end of the minute, and answers its tick', async () => {
  const { run, did } = world([58]);
  await run();
  expect(did).toEqual(['0 posts']);
});

it('waits for nothing when it is to end', async () => {
  const { run, did } = world([10], { goesOn: false });
  await run();
  expect(did).toEqual(['0 posts']);
});

it('gives up until the next tick when posts does not answer', async () => {
  const { run, did } = world([10], { works: false });
  await run();
  expect(did).toEqual(['0 posts', '0 warned']);
});
