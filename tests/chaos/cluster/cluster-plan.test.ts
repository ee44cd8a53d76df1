import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type ClusterStep, clusterPlan, eventingParts, planOfExperiment } from './cluster-plan.ts';

function first(seed: number, max: number): ClusterStep[] {
  const plan = clusterPlan(seed);
  return Array.from({ length: max }, () => plan.next().value);
}

it('the same seed gives the same steps, another one others', () => {
  fc.assert(fc.property(fc.nat(), (seed) => void expect(first(seed, 40)).toEqual(first(seed, 40))));
  expect(first(1, 40)).not.toEqual(first(2, 40));
});

it('two hundred steps kill every part of the Broker, every function, PostgreSQL and Redis, and have consumers refuse', () => {
  const steps = first(4, 200);
  const hit = new Set(steps.map(({ fault }) => `${fault.kind} ${fault.target}`));
  const functions = ['posts', 'categories', 'recorder', 'journal', 'web', 'auth', 'relay'];
  const killed = [...eventingParts, ...functions, 'postgres', 'redis'].map((target) => `kill ${target}`);
  expect([...hit]).toEqual(expect.arrayContaining(killed));
  for (const kind of ['refuse', 'refuse+restart'])
    expect([...hit].filter((each) => each.startsWith(`${kind} `)).length).toBeGreaterThan(1);
  expect(steps.filter(({ fault }) => fault.kind === 'kill').length).toBeGreaterThan(130);
});

it('an experiment is one step: the dispatcher is restarted while the named consumers refuse, or the Broker is replaced', () => {
  expect(planOfExperiment('journal-too')).toMatchObject([
    { number: 1, fault: { kind: 'refuse+restart', target: 'categories+journal' }, durationMs: 70_000 },
  ]);
  expect(planOfExperiment('categories')).toHaveLength(1);
  expect(planOfExperiment('replace-broker')).toMatchObject([{ fault: { kind: 'replace', target: 'broker' } }]);
});
