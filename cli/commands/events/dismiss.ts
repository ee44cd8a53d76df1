import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { argument } from '../../parameters.ts';
import { deadLetterNumber } from './dead-letter-number.ts';
import { type EndpointFlags, endpoints, optionsOf } from './parameters.ts';

type Flags = EndpointFlags & { reason: string };

/** `dormouse events dismiss` */
export const dismiss = buildCommand({
  docs: {
    brief: 'Dismisses dead letters that nobody will redrive, with a reason',
    fullDescription: [
      'Dismisses open dead letters that nobody will redrive. They stay on record, with your name and the reason.',
      '',
      '  dormouse events dismiss 17 --reason "sent by hand to try the alert"',
    ].join('\n'),
  },
  parameters: {
    flags: {
      reason: {
        kind: 'parsed',
        parse: String,
        placeholder: 'TEXT',
        brief: 'Why, in one line of at most 500 characters',
      },
      ...endpoints,
    },
    positional: {
      kind: 'array',
      parameter: argument('NUMBER', 'Number of a dead letter', deadLetterNumber),
      minimum: 1,
      maximum: 100,
    },
  },
  async loader() {
    const [{ dismissDeadLetters }, { journalOf }] = await Promise.all([
      import('../../events/dead-letters.ts'),
      import('../../events/connections.ts'),
    ]);
    return async function dismissLetters(this: Context, flags: Flags, ...numbers: number[]) {
      const options = optionsOf(flags, this);
      await dismissDeadLetters(await journalOf(options, this), numbers, flags.reason, options, this.terminal);
    };
  },
});
