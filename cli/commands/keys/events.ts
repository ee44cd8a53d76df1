import { buildCommand } from '@stricli/core';
import { CommandError } from '../../command-error.ts';
import type { Context } from '../../context.ts';
import { flag, option, wholeNumber } from '../../parameters.ts';
import { UsageError } from '../../usage-error.ts';

interface Flags {
  rotate?: boolean;
  dropOthers?: boolean;
  activateAfter?: number;
  producer?: string;
  secrets?: string;
}

const defaultSeconds = 3600;

/** `dormouse keys events` */
export const events = buildCommand({
  docs: {
    brief: 'Publishes, adds or rotates the keys that sign events',
    fullDescription: [
      'Publishes the public keys of all producers of events in the Secret event-keys; with --rotate each producer gets a',
      'new key first, which signs in an hour, when every instance has read the published ones.',
      '',
      'Without --secrets it works on DORMOUSE_HOME/secrets, and running functions read them at their next start. For a',
      'cluster it reads Secrets as JSON and prints those that change:',
      '',
      '  kubectl get secrets -n dormouse -o json | dormouse keys events --rotate --secrets - | kubectl apply -f -',
      '',
      'If a key was stolen, --drop-others signs with the new one at once, and no event is believed any more that the',
      'old ones signed, in the archive and on the way.',
    ].join('\n'),
  },
  parameters: {
    flags: {
      rotate: flag('Give each producer a new key'),
      dropOthers: flag('Rotate, sign with the new key now, and forget all others'),
      activateAfter: option(
        'SECONDS',
        `When the new key begins to sign (default: ${defaultSeconds})`,
        wholeNumber(0, 9_999_999),
      ),
      producer: option('NAME', 'Rotate the key of this function only (default: of all)'),
      secrets: option('FILE', 'JSON of "kubectl get secrets -o json", or - for standard input'),
    },
  },
  async loader() {
    const [{ keysInHome, keysInSecrets }, { rotateAll }] = await Promise.all([
      import('../../event-keys/stores.ts'),
      import('../../event-keys/rotate-all.ts'),
    ]);
    return async function eventKeys(this: Context, flags: Flags) {
      const { rotate = false, dropOthers = false, activateAfter, producer, secrets } = flags;
      if (!(rotate || dropOthers) && (activateAfter !== undefined || producer !== undefined))
        throw new UsageError('--activate-after and --producer go with --rotate');
      const store = secrets === undefined ? keysInHome(this) : await keysInSecrets(secrets, this.terminal);
      const before = store.read();
      if (producer !== undefined && !before.has(producer))
        throw new CommandError(`no producer ${producer}: there are ${[...before.keys()].join(', ') || 'none'}`);
      const seconds = dropOthers ? 0 : (activateAfter ?? defaultSeconds);
      const startsAt = Date.now() + seconds * 1000;
      const after = rotate || dropOthers ? rotateAll(before, { producer, startsAt, dropOthers }) : before;
      store.write(after, this.terminal);
    };
  },
});
