import { buildCommand } from '@stricli/core';
import { CommandError } from '../../command-error.ts';
import { confirmed } from '../../confirmed.ts';
import type { Context } from '../../context.ts';
import { flag, option, wholeNumber } from '../../parameters.ts';

interface Flags {
  database?: boolean;
  redis?: boolean;
  dryRun?: boolean;
  yes?: boolean;
  namespace?: string;
  waitTimeout?: number;
}

const defaultSeconds = 900;

/** `dormouse secrets rotate` */
export const rotate = buildCommand({
  docs: {
    brief: 'Gives functions new passwords for PostgreSQL and Redis on a cluster, without losing a request',
    fullDescription: [
      'Gives functions on the cluster of kubectl new passwords for PostgreSQL and Redis: the server knows both, the Secret',
      'names the new one, each function gets a revision that reads it, and when no Pod has the old one it is dropped.',
      '',
      'Broken off at any step it leaves both passwords good; run it again, and it goes on. It wants the Secrets that',
      '"dormouse secrets" has made. A laptop needs none of it: passwords of Redis are new at each start.',
    ].join('\n'),
  },
  parameters: {
    flags: {
      database: flag('Only those for PostgreSQL'),
      redis: flag('Only those for Redis'),
      dryRun: flag('Say what would be done, and change nothing'),
      yes: flag('Do not ask'),
      namespace: option('NAME', 'Their namespace (default: dormouse)'),
      waitTimeout: option(
        'SECONDS',
        `For Pods with old passwords to be gone (default: ${defaultSeconds})`,
        wholeNumber(1, 86_400),
      ),
    },
  },
  async loader() {
    const { rotateOnCluster } = await import('@dormouse/deploy/rotate/rotate-on-cluster');
    const { DeployError } = await import('@dormouse/deploy/overlay');
    return async function rotatePasswords(this: Context, flags: Flags) {
      const { namespace = 'dormouse', dryRun = false, yes = false, waitTimeout = defaultSeconds } = flags;
      const both = flags.database === flags.redis;
      const question = `Give the functions of namespace ${namespace} new passwords?`;
      if (!(dryRun || yes || (await confirmed(question, this.terminal)))) return;
      await rotateOnCluster({
        namespace,
        database: both || flags.database === true,
        redis: both || flags.redis === true,
        dryRun,
        waitMs: waitTimeout * 1000,
        say: this.terminal.print,
      }).catch((error: unknown) => {
        throw error instanceof DeployError ? new CommandError(error.message) : error;
      });
    };
  },
});
