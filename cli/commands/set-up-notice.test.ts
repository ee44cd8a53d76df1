import { expect, test } from 'vitest';
import { isSetUpIn, neverSetUp, setUpNotice } from './set-up-notice.ts';

/** A notice over answers that are given one after another, and a clock to turn. */
function notice(...answers: (boolean | Error)[]) {
  const clock = { ms: 0 };
  let asked = 0;
  const shown = setUpNotice(
    async () => {
      const answer = answers[asked++];
      if (answer instanceof Error || answer === undefined) throw answer ?? new Error('asked too often');
      return answer;
    },
    () => clock.ms,
  );
  return {
    asked: () => asked,
    /** What the page says after so many milliseconds, once an answer is there. */
    async after(ms: number) {
      clock.ms += ms;
      shown();
      await new Promise(setImmediate);
      return shown();
    },
  };
}

test('the console says that a blog was never set up, until it is, and then asks no more', async () => {
  const { after, asked } = notice(false, false, true);
  expect([await after(0), await after(1_000), asked()]).toEqual([neverSetUp, neverSetUp, 1]);
  expect([await after(5_000), await after(5_000)]).toEqual([neverSetUp, undefined]);
  expect([await after(60_000), asked()]).toEqual([undefined, 3]);
});

test('it says nothing where nobody can tell, and asks again later', async () => {
  const { after } = notice(new Error('no such file'), false);
  expect([await after(0), await after(1_000), await after(5_000)]).toEqual([undefined, undefined, neverSetUp]);
});

test('a home without accounts cannot tell', async () => {
  await expect(isSetUpIn('/nowhere')).rejects.toThrow('ENOENT');
});
