import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { argument, flag } from '../../parameters.ts';
import { UsageError } from '../../usage-error.ts';
import { type AdminFlags, adminFlags, onAccounts } from './parameters.ts';

type Flags = AdminFlags & { all?: boolean };

/** `dormouse admin end-sessions NAME`, or `--all` */
export const endSessions = buildCommand({
  docs: { brief: "Ends all of NAME's sessions, or with --all everybody's; access tokens end within 5 seconds" },
  parameters: {
    flags: { all: flag("Everybody's sessions"), ...adminFlags },
    positional: { kind: 'tuple', parameters: [{ ...argument('NAME', 'User name'), optional: true }] },
  },
  async loader() {
    const { endSessions: end } = await import('@dormouse/auth/admin');
    return function endSessionsOf(this: Context, { all = false, ...flags }: Flags, name?: string) {
      if (all === (name !== undefined)) throw new UsageError('either NAME or --all');
      return onAccounts(flags, this, (admin) => end(admin, name));
    };
  },
});
