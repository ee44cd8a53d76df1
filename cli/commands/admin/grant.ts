import { roles } from '@dormouse/runtime/caller';
import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { argument, choice } from '../../parameters.ts';
import { type AdminFlags, adminFlags, onAccounts } from './parameters.ts';

type Flags = AdminFlags & { role: (typeof roles)[number] };

/** `dormouse admin NAME`, also `dormouse admin grant NAME` */
export const grant = buildCommand({
  docs: {
    brief: 'Makes NAME an administrator; the account is made when there is none',
    fullDescription: [
      'Makes NAME an administrator, or gives it another role; the account is made when there is none.',
      'The word "grant" may be left out: "dormouse admin NAME".',
    ].join('\n'),
  },
  parameters: {
    flags: { role: choice(roles, 'admin', 'Another role; an operator redrives and replays events'), ...adminFlags },
    positional: { kind: 'tuple', parameters: [argument('NAME', 'User name')] },
  },
  async loader() {
    const { promote } = await import('@dormouse/auth/admin');
    return function grantRole(this: Context, { role, ...flags }: Flags, name: string) {
      return onAccounts(flags, this, (admin) => promote(admin, name, role));
    };
  },
});
