import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { argument } from '../../parameters.ts';
import { type AdminFlags, adminFlags, onAccounts } from './parameters.ts';

/** `dormouse admin claim NAME` */
export const claim = buildCommand({
  docs: { brief: 'Prints a one-time code by which the owner of an imported account sets its password' },
  parameters: {
    flags: adminFlags,
    positional: { kind: 'tuple', parameters: [argument('NAME', 'User name')] },
  },
  async loader() {
    const { claim: offer } = await import('@dormouse/auth/admin');
    return function offerCode(this: Context, flags: AdminFlags, name: string) {
      return onAccounts(flags, this, (admin) => offer(admin, name));
    };
  },
});
