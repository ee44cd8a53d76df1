import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { flag } from '../../parameters.ts';
import { type EndpointFlags, endpoints, optionsOf } from './parameters.ts';

type Flags = EndpointFlags & { dryRun?: boolean };

/** `dormouse events reconcile` */
export const reconcile = buildCommand({
  docs: {
    brief: 'Compares the archive with what consumers have, and sends what is missing',
    fullDescription: [
      'Compares the archive with the inboxes of all Triggers’ consumers, sends what is missing to them, and shows for each',
      'Trigger what is still missing. It happens by itself each minute; this does it now.',
      '',
      'Exit code 1: something is missing.',
    ].join('\n'),
  },
  parameters: { flags: { dryRun: flag('Send nothing'), ...endpoints } },
  async loader() {
    const [{ reconcile: reconcileNow }, { journalOf }] = await Promise.all([
      import('../../events/reconcile.ts'),
      import('../../events/connections.ts'),
    ]);
    return async function reconcileEvents(this: Context, flags: Flags) {
      const options = optionsOf(flags, this);
      if (!(await reconcileNow(await journalOf(options, this), options, this.terminal))) this.exitWith(1);
    };
  },
});
