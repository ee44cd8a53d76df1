import { setTimeout as sleep } from 'node:timers/promises';
import { random } from '../chaos/random.ts';
import type { AttackSite } from './attack.ts';
import { attacks } from './attacks/all.ts';
import { createTally } from './tally.ts';

/** What the program is started with, as JSON. */
export interface AttackersOptions {
  site: AttackSite;
  seed: number;
  strength: number;
  seconds: number;
}

/** What became of one attack. */
export interface AttackResult {
  name: string;
  outcomes: Record<string, number>;
  breaches: string[];
}

/** How long attacks have to come to their ends. */
const graceMs = 45_000;

// A process of its own: what attackers have to do delays no reader's clock. It ends by itself.
const options = JSON.parse(process.argv[2] ?? '{}') as AttackersOptions;
const until = Date.now() + options.seconds * 1_000;
const going = () => Date.now() < until && process.connected;

const results = await Promise.all(
  attacks.map(async ({ name, run }, n): Promise<AttackResult> => {
    const { outcomes, breaches, ...tally } = createTally();
    const { site, seed, strength } = options;
    const context = { site, strength, going, random: random(seed * 100 + n) };
    const late = sleep(options.seconds * 1_000 + graceMs, 'late', { ref: false });
    const ended = await Promise.race([run(context, tally), late]).catch((error: Error) => {
      tally.breach(`the attack ended early: ${error.stack}`);
    });
    if (ended === 'late') tally.count('not over in time');
    return { name, outcomes, breaches };
  }),
);
process.send?.(results, () => process.exit());
