import { join } from 'node:path';
import type { ChaosOptions } from '@dormouse/tests/chaos/options';
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { choice, flag, option, positiveNumber, wholeNumber } from '../parameters.ts';
import { UsageError } from '../usage-error.ts';

interface Flags {
  target: 'laptop' | 'cluster';
  minutes?: number;
  seed?: number;
  kills?: number;
  events?: number;
  lossyBroker?: boolean;
  trustBroker?: boolean;
  report?: string;
  plan?: number;
  namespace?: string;
  yes?: string;
  experiment?: Experiment;
}

type Experiment = NonNullable<ChaosOptions['experiment']>;
const experiments = ['categories', 'journal-too', 'replace-broker'] as const satisfies readonly Experiment[];

/** `dormouse chaos` */
export const chaos = buildCommand({
  docs: {
    brief: 'Breaks a platform of its own, or one on a cluster, and checks that nothing acknowledged is lost',
    fullDescription: [
      'Starts a platform of its own, writes posts and sends events, and meanwhile kills, stops and fills what it can. Then',
      'everything that was acknowledged must be there, once.',
      '',
      'With --target cluster it breaks the platform of a namespace, on the cluster of KUBECONFIG, entered at INGRESS: it kills',
      'pods of functions, of PostgreSQL, of Redis and of the Broker, shuts functions out of their database, and restarts the',
      'dispatcher meanwhile. Within five minutes everything must be there. What it changed is put back, by Ctrl-C too; posts',
      'and accounts of its authors stay.',
      '',
      'Exit code 1: something is missing, or there twice.',
    ].join('\n'),
  },
  parameters: {
    flags: {
      target: choice(['laptop', 'cluster'], 'laptop', 'A platform of its own on this machine, or one on a cluster'),
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
      trustBroker: flag(
        'Believe what the Broker acknowledges: shows what is lost without sending again and reconciliation',
      ),
      report: option('FILE', 'Write FILE.md and FILE.json (default: the report is only printed)'),
      plan: option('N', "Print the first N steps of the seed's plan, and do nothing else", wholeNumber(0)),
      namespace: option('NAME', 'Of the platform on the cluster (default: dormouse)'),
      yes: option('CONTEXT', 'The kube context that may be broken; without it nothing is done on a cluster'),
      experiment: {
        kind: 'enum',
        values: experiments,
        optional: true,
        brief:
          'On a cluster one fault only: these consumers refuse while the dispatcher is restarted; or the Broker is replaced',
      },
    },
  },
  async loader() {
    const { runProgram } = await import('../run-program.ts');
    return async function breakPlatform(this: Context, flags: Flags) {
      refuseWrongTarget(flags);
      const { minutes = 3, seed = Date.now() % 1_000_000, kills = 0, events = 0, report, plan } = flags;
      const {
        target,
        lossyBroker = false,
        trustBroker = false,
        namespace = 'dormouse',
        yes: allowed,
        experiment,
      } = flags;
      const command = ['dormouse', ...process.argv.slice(2)].join(' ');
      const load = { minutes, seed, kills, events, lossyBroker, trustBroker };
      const options: ChaosOptions = { command, target, ...load, report, plan, namespace, allowed, experiment };
      this.exitWith(await runProgram(join(this.root, 'tests/chaos/main.ts'), options));
    };
  },
});

function refuseWrongTarget({ target, lossyBroker, namespace, yes, experiment }: Flags): void {
  if (target === 'cluster' && lossyBroker)
    throw new UsageError('--lossy-broker is for the laptop: a cluster has its own Broker');
  if (target === 'laptop' && (namespace ?? yes ?? experiment) !== undefined)
    throw new UsageError('--namespace, --yes and --experiment need --target cluster');
}
