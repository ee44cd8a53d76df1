import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { flag } from '../parameters.ts';
import { type EndpointFlags, endpoints, optionsOf } from './events/parameters.ts';

type Flags = Pick<EndpointFlags, 'url' | 'token' | 'json'> & { repair?: boolean };

/** `dormouse verify` */
export const verify = buildCommand({
  docs: {
    brief: 'Compares what is derived with what it is derived from',
    fullDescription: [
      'Compares the counts of categories with the posts that they are of, and says what differs. With --repair it is made',
      'right, while others write. Whether a deployment works asks "dormouse verify-deployment".',
      '',
      'Exit code 1: something differs.',
    ].join('\n'),
  },
  parameters: {
    flags: {
      repair: flag('Make right what differs'),
      url: endpoints.url,
      token: endpoints.token,
      json: flag('Print JSON for programs'),
    },
  },
  async loader() {
    const { verify: verifyCounts } = await import('../verify.ts');
    return async function verifyDerived(this: Context, { repair = false, ...flags }: Flags) {
      if (!(await verifyCounts(optionsOf(flags, this), repair, this))) this.exitWith(1);
    };
  },
});
