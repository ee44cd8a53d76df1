import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type LaptopStep, planOf } from './plan.ts';

function first(seed: number, max: number, options?: { journal: boolean }): LaptopStep[] {
  const plan = planOf(seed, options);
  return Array.from({ length: max }, () => plan.next().value);
}

it('the same seed gives the same steps, another one others', () => {
  fc.assert(fc.property(fc.nat(), (seed) => void expect(first(seed, 50)).toEqual(first(seed, 50))));
  expect(first(1, 50)).not.toEqual(first(2, 50));
});

it('two hundred steps have every kind of fault, mostly kills', () => {
  const steps = first(4, 200, { journal: true });
  const hit = new Set(steps.map(({ fault }) => `${fault.kind} ${fault.target}`));
  const killed = [
    'posts',
    'categories',
    'recorder',
    'web',
    'auth',
    'relay',
    'journal',
    'platform',
    'platform-on-slow-disk',
    'postgres',
    'postgres-backend',
    'redis',
  ];
  expect([...hit]).toEqual(
    expect.arrayContaining([
      ...killed.map((target) => `kill ${target}`),
      'disk full',
      'disk full-really',
      'disk slow',
      'disk failing',
    ]),
  );
  expect(steps.filter(({ fault }) => fault.kind === 'kill').length).toBeGreaterThan(120);
  expect(steps.map(({ number }) => number)).toEqual(steps.map((_, n) => n + 1));
});

it('a journal is left alone where there is none', () => {
  expect(first(4, 500, { journal: false }).filter(({ fault }) => fault.target === 'journal')).toEqual([]);
});
