import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { random } from './random.ts';
import type { Step } from './step.ts';
import { weighted } from './weighted.ts';

/** Functions of the overlay that may be killed and stopped; `journal` only where it is deployed. */
export type FunctionName = 'posts' | 'categories' | 'recorder' | 'web' | 'auth' | 'relay' | 'journal';
export type KillTarget =
  | FunctionName
  | 'platform'
  | 'platform-on-slow-disk'
  | 'postgres'
  | 'postgres-backend'
  | 'redis';
export type PauseTarget = Exclude<KillTarget, 'postgres-backend' | 'platform-on-slow-disk'>;
/** `full-really` fills the file system that the brokers' logs lie on; where none can be mounted it is `full`. */
export type DiskFault = 'full' | 'full-really' | 'slow' | 'failing';

export type LaptopFault =
  | { kind: 'kill'; target: KillTarget }
  | { kind: 'pause'; target: PauseTarget }
  | { kind: 'disk'; target: DiskFault };
export type LaptopStep = Step<LaptopFault>;

const kills: Record<KillTarget, number> = {
  posts: 4,
  categories: 3,
  recorder: 4,
  web: 2,
  auth: 1,
  relay: 2,
  platform: 2,
  'platform-on-slow-disk': 2,
  postgres: 2,
  'postgres-backend': 1,
  redis: 2,
  journal: 3,
};
const pauses: Record<PauseTarget, number> = {
  posts: 2,
  categories: 2,
  recorder: 2,
  web: 1,
  auth: 1,
  relay: 1,
  platform: 2,
  postgres: 2,
  redis: 1,
  journal: 1,
};
const disks: Record<DiskFault, number> = { full: 2, 'full-really': 2, slow: 2, failing: 1 };

const hasJournal = existsSync(join(import.meta.dirname, '../../functions/journal/main.ts'));

/** The same steps for the same seed, without an end; how many are taken is the campaign's matter. */
export function* planOf(seed: number, { journal = hasJournal } = {}): Generator<LaptopStep, never> {
  const dice = random(seed);
  // Its turn is the recorder's where there is none: whatever is deployed, a seed's other steps stay the same.
  const present = <T extends string>(target: T) => (target === 'journal' && !journal ? 'recorder' : target);
  const [killed, paused] = [weighted(kills), weighted(pauses)];
  const broken = weighted(disks);
  for (let number = 1; ; number++) {
    const kind = dice.pick(['kill', 'kill', 'kill', 'kill', 'kill', 'kill', 'kill', 'pause', 'disk'] as const);
    const fault: LaptopFault =
      kind === 'kill'
        ? { kind, target: present(dice.pick(killed)) }
        : kind === 'pause'
          ? { kind, target: present(dice.pick(paused)) }
          : { kind, target: dice.pick(broken) };
    yield { number, fault, wait: 0.5 + dice.next(), which: dice.next(), durationMs: dice.whole(300, 3_000) };
  }
}
