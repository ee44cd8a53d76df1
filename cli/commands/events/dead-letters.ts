import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { choice, option, wholeNumber } from '../../parameters.ts';
import { type EndpointFlags, endpoints, type FilterFlags, filters, optionsOf, timeFormat } from './parameters.ts';

type Flags = EndpointFlags & FilterFlags & { state: 'open' | 'redriven' | 'dismissed' | 'all'; limit?: number };

/** `dormouse events dead-letters` */
export const deadLetters = buildCommand({
  docs: {
    brief: 'Lists dead letters, newest first',
    fullDescription: `Lists dead letters, newest first.\n\n${timeFormat}`,
  },
  parameters: {
    flags: {
      ...filters,
      state: choice(['open', 'redriven', 'dismissed', 'all'], 'open', 'Which ones'),
      limit: option('N', 'At most so many (default: 50)', wholeNumber(1)),
      ...endpoints,
    },
  },
  async loader() {
    const [{ listDeadLetters }, { journalOf }] = await Promise.all([
      import('../../events/dead-letters.ts'),
      import('../../events/connections.ts'),
    ]);
    return async function list(this: Context, flags: Flags) {
      const options = optionsOf(flags, this);
      await listDeadLetters(await journalOf(options, this), options, this.terminal);
    };
  },
});
