import { expect, it } from 'vitest';
import { attacks } from './attacks/all.ts';
import { asMarkdown } from './report.ts';
import { soak } from './soak.ts';

it('some seconds of every attack at once cost no reader an answer, and let nobody in', {
  // Nothing in it is timed but by bounds of its own: a start, 45 s for attacks to end, 30 s for connections.
  timeout: 240_000,
}, async () => {
  const result = await soak({
    seed: 1,
    quietSeconds: 1,
    attackSeconds: 6,
    cooldownSeconds: 0,
    strength: 0.1,
    timed: false,
  });
  const report = asMarkdown(result, 'npm test');
  expect(result.failures, report).toEqual([]);
  expect(result.measured.attacks.map(({ name }) => name)).toEqual(attacks.map(({ name }) => name));
  expect(result.measured.attacked.times.length, report).toBe(6 * 50);
});
