import { buildCommand } from '@stricli/core';
import { CommandError } from '../../command-error.ts';
import type { Context } from '../../context.ts';
import { type AdminFlags, adminFlags, onAccounts } from './parameters.ts';

/** `dormouse admin setup` */
export const setup = buildCommand({
  docs: {
    brief: 'Prints a one-time link to the page on which a new blog gets its name and its first administrator',
  },
  parameters: { flags: adminFlags },
  async loader() {
    const { offerSetup } = await import('@dormouse/auth/admin');
    return function offer(this: Context, flags: AdminFlags) {
      return onAccounts(flags, this, async (admin) => {
        if (!(await offerSetup(admin))) throw new CommandError('this blog is set up already');
      });
    };
  },
});
