import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { argument } from '../../parameters.ts';
import { deadLetterNumber } from './dead-letter-number.ts';
import { type EndpointFlags, endpoints, optionsOf } from './parameters.ts';

/** `dormouse events dead-letter NUMBER` */
export const deadLetter = buildCommand({
  docs: { brief: 'Shows one dead letter: why it failed, the response, the event, and every attempt' },
  parameters: {
    flags: endpoints,
    positional: { kind: 'tuple', parameters: [argument('NUMBER', 'Number of the dead letter', deadLetterNumber)] },
  },
  async loader() {
    const [{ showDeadLetter }, { journalOf }] = await Promise.all([
      import('../../events/dead-letters.ts'),
      import('../../events/connections.ts'),
    ]);
    return async function show(this: Context, flags: EndpointFlags, number: number) {
      const options = optionsOf(flags, this);
      await showDeadLetter(await journalOf(options, this), number, options, this.terminal);
    };
  },
});
