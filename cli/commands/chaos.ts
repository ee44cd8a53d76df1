import { join } from 'node:path';
import type { ChaosOptions } from '@dormouse/tests/chaos/options';
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { flag, option, positiveNumber, wholeNumber } from '../parameters.ts';

interface Flags {
  minutes?: number;
  seed?: number;
  kills?: number;
  events?: number;
  lossyBroker?: boolean;
  trustBroker?: boolean;
  report?: string;
  plan?: number;
}

/** `dormouse chaos` */
export const chaos = buildCommand({
  docs: {
    brief: 'Breaks a platform of its own and checks that nothing acknowledged is lost',
    fullDescription: [
      'Starts a platform of its own, writes posts and sends events, and meanwhile kills, stops and fills what it can. Then',
      'everything that was acknowledged must be there, once.',
      '',
      'Exit code 1: something is missing, or there twice.',
    ].join('\n'),
  },
  parameters: {
    flags: {
      minutes: option(
        'N',
        'How long there are faults; twice as long when --kills or --events are not reached (default: 3)',
        positiveNumber,
      ),
      seed: option(
        'N',
        'The same seed gives the same faults in the same order (default: of the clock)',
        wholeNumber(0, 999_999_999),
      ),
      kills: option(
        'N',
        'At least so many kills that count: a request in flight, an event undelivered',
        wholeNumber(0),
      ),
      events: option('N', 'At least so many acknowledged events', wholeNumber(0)),
      lossyBroker: flag('With a Broker that drops, doubles and delays 5 % each of what it has acknowledged'),
      trustBroker: flag('Believe what the Broker acknowledges: shows what is lost without the archive’s word'),
      report: option('FILE', 'Write FILE.md and FILE.json (default: the report is only printed)'),
      plan: option('N', "Print the first N steps of the seed's plan, and do nothing else", wholeNumber(0)),
    },
  },
  async loader() {
    const { runProgram } = await import('../run-program.ts');
    return async function breakPlatform(this: Context, flags: Flags) {
      const { minutes = 3, seed = Date.now() % 1_000_000, kills = 0, events = 0, report, plan } = flags;
      const { lossyBroker = false, trustBroker = false } = flags;
      const command = ['dormouse', ...process.argv.slice(2)].join(' ');
      const options: ChaosOptions = { command, minutes, seed, kills, events, lossyBroker, trustBroker, report, plan };
      this.exitWith(await runProgram(join(this.root, 'tests/chaos/main.ts'), options));
    };
  },
});
