import { type Role, roles } from '@dormouse/runtime/caller';
import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { argument } from '../../parameters.ts';
import { type AdminFlags, adminFlags, onAccounts } from './parameters.ts';

const parseRole = (input: string): Role =>
  roles.find((each) => each === input) ?? reject(`must be one of ${roles.join(', ')}`);

function reject(reason: string): never {
  throw new Error(reason);
}

/** `dormouse admin role NAME ROLE` */
export const role = buildCommand({
  docs: { brief: 'Gives an account another role; it takes effect within 5 seconds' },
  parameters: {
    flags: adminFlags,
    positional: {
      kind: 'tuple',
      parameters: [
        argument('NAME', 'User name'),
        { ...argument('ROLE', roles.join(', '), parseRole), proposeCompletions: () => roles },
      ],
    },
  },
  async loader() {
    const { setRole } = await import('@dormouse/auth/admin');
    return function changeRole(this: Context, flags: AdminFlags, name: string, wanted: Role) {
      return onAccounts(flags, this, (admin) => setRole(admin, name, wanted));
    };
  },
});
