import { expect, test } from 'vitest';
import { withLockPatience } from './lock-patience.ts';

const failing = (code: string) => Object.assign(new Error(`failed by ${code}`), { code });

test('pauses grow, up to ten seconds', async () => {
  const pauses: number[] = [];
  let left = 7;
  const attempt = async () => {
    if (left-- > 0) throw failing('55P03');
    return 'done';
  };
  const patience = { pause: async (ms: number) => void pauses.push(ms), now: () => 0 };
  expect(await withLockPatience('x', attempt, patience)).toBe('done');
  expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
});

test('patience ends', async () => {
  let now = 0;
  const pause = async (ms: number) => void (now += ms);
  const attempt = async () => {
    throw failing('40P01');
  };
  await expect(withLockPatience('x', attempt, { patienceMs: 4000, pause, now: () => now })).rejects.toThrow('40P01');
  expect(now).toBe(3500);
});

test('what another attempt does not mend is thrown at once', async () => {
  let attempts = 0;
  const attempt = async () => {
    attempts++;
    throw failing('42P01');
  };
  await expect(withLockPatience('x', attempt)).rejects.toThrow('42P01');
  expect(attempts).toBe(1);
});
