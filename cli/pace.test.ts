import { describe, expect, it } from 'vitest';
import { paceOf } from './pace.ts';

/** Requests that end when they are told to. */
function requests(most: number) {
  const pace = paceOf(most);
  const open: ((isBusy: boolean) => void)[] = [];
  return {
    open,
    send: (count: number) => {
      for (let at = 0; at < count; at++)
        void pace(
          () => new Promise<boolean>((done) => void open.push(done)),
          (isBusy) => isBusy,
        );
    },
    answer: async (count: number, isBusy: boolean) => {
      for (const end of open.splice(0, count)) end(isBusy);
      await new Promise((done) => setImmediate(done));
    },
  };
}

describe('the pace of requests', () => {
  it('lets as many be under way as it may, and the next when one ended', async () => {
    const { open, send, answer } = requests(3);
    send(5);
    await answer(0, false);
    expect(open).toHaveLength(3);
    await answer(1, false);
    expect(open).toHaveLength(3);
  });

  it('halves them when they are refused together, down to one, and grows again with good answers', async () => {
    const { open, send, answer } = requests(8);
    send(200);
    await answer(0, false);
    await answer(8, true);
    expect(open).toHaveLength(4);
    await answer(4, true);
    await answer(2, true);
    await answer(1, true);
    expect(open).toHaveLength(1);
    await answer(1, false);
    expect(open).toHaveLength(2);
    for (let at = 0; at < 60; at++) await answer(1, false);
    expect(open).toHaveLength(8);
  });

  it('gives the place of one that threw to the next', async () => {
    const pace = paceOf(1);
    const thrown = pace(
      () => Promise.reject(new Error('broken')),
      () => false,
    );
    await expect(thrown).rejects.toThrow('broken');
    expect(
      await pace(
        async () => 1,
        () => false,
      ),
    ).toBe(1);
  });
});
