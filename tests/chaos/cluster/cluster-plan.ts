import { random } from '../random.ts';
import type { Step } from '../step.ts';
import { weighted } from '../weighted.ts';

/** Deployments of Knative Eventing's channel Broker; the campaign touches no other of its namespace. */
export const eventingParts = ['imc-dispatcher', 'mt-broker-filter', 'mt-broker-ingress'] as const;
export type EventingPart = (typeof eventingParts)[number];
export type ClusterFunction = 'posts' | 'categories' | 'recorder' | 'web' | 'auth' | 'relay' | 'journal';
export type ClusterKill = EventingPart | ClusterFunction | 'postgres' | 'redis';
/** Functions whose database refuses them, joined by `+`. */
export type Refusing = 'categories' | 'journal' | 'categories+journal';

export type ClusterFault =
  | { kind: 'kill'; target: ClusterKill }
  | { kind: 'refuse' | 'refuse+restart'; target: Refusing }
  | { kind: 'replace'; target: 'broker' };
export type ClusterStep = Step<ClusterFault>;

const kills: Record<ClusterKill, number> = {
  'imc-dispatcher': 5,
  'mt-broker-filter': 3,
  'mt-broker-ingress': 3,
  posts: 3,
  categories: 3,
  recorder: 3,
  journal: 3,
  web: 1,
  auth: 1,
  relay: 2,
  postgres: 1,
  redis: 1,
};
const refusing: Record<Refusing, number> = { categories: 2, journal: 1, 'categories+journal': 1 };
const kinds = weighted({ kill: 10, refuse: 1, 'refuse+restart': 1 });
/** Long enough that attempts fail and wait, short enough that a campaign has many of them. */
const [shortestMs, longestMs] = [30_000, 60_000];

/** The same steps for the same seed, without an end. */
export function* clusterPlan(seed: number): Generator<ClusterStep, never> {
  const dice = random(seed);
  const [killed, refused] = [weighted(kills), weighted(refusing)];
  for (let number = 1; ; number++) {
    const kind = dice.pick(kinds);
    const fault: ClusterFault =
      kind === 'kill' ? { kind, target: dice.pick(killed) } : { kind, target: dice.pick(refused) };
    yield { number, fault, wait: 0.5 + dice.next(), which: dice.next(), durationMs: dice.whole(shortestMs, longestMs) };
  }
}

/** One fault by itself: a consumer refuses for so long while the Broker's dispatcher is restarted, or the Broker is replaced. */
export const experiments = {
  categories: { fault: { kind: 'refuse+restart', target: 'categories' }, durationMs: 100_000 },
  'journal-too': { fault: { kind: 'refuse+restart', target: 'categories+journal' }, durationMs: 70_000 },
  'replace-broker': { fault: { kind: 'replace', target: 'broker' }, durationMs: 0 },
} as const satisfies Record<string, Pick<ClusterStep, 'fault' | 'durationMs'>>;
export type Experiment = keyof typeof experiments;

export const planOfExperiment = (name: Experiment): ClusterStep[] => [
  { number: 1, wait: 1, which: 0, ...experiments[name] },
];
