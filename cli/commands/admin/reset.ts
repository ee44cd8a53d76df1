import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { argument } from '../../parameters.ts';
import { type AdminFlags, adminFlags, onAccounts } from './parameters.ts';

/** `dormouse admin reset NAME` */
export const reset = buildCommand({
  docs: { brief: "Prints a one-time code by which NAME sets a new password; using it ends all of NAME's sessions" },
  parameters: {
    flags: adminFlags,
    positional: { kind: 'tuple', parameters: [argument('NAME', 'User name')] },
  },
  async loader() {
    const { reset: offer } = await import('@dormouse/auth/admin');
    return function offerCode(this: Context, flags: AdminFlags, name: string) {
      return onAccounts(flags, this, (admin) => offer(admin, name));
    };
  },
});
