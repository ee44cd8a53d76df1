import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { argument, flag } from '../../parameters.ts';
import { deadLetterNumber } from './dead-letter-number.ts';
import { type EndpointFlags, endpoints, type FilterFlags, filters, optionsOf, timeFormat } from './parameters.ts';

type Flags = EndpointFlags & FilterFlags & { all?: boolean; dryRun?: boolean; yes?: boolean };

/** `dormouse events redrive` */
export const redrive = buildCommand({
  docs: {
    brief: 'Sends dead letters to their subscriber once more',
    fullDescription: [
      'Sends dead letters to the subscriber that rejected them once more, in their trace: those with the given numbers,',
      'those that fit a filter, or all that are open.',
      '',
      timeFormat,
      '',
      'Exit code 1: something was rejected again.',
    ].join('\n'),
  },
  parameters: {
    flags: {
      ...filters,
      all: flag('Everything that is open'),
      dryRun: flag('Count what would be sent'),
      yes: flag('Do not ask'),
      ...endpoints,
    },
    aliases: { y: 'yes' },
    positional: {
      kind: 'array',
      parameter: argument('NUMBER', 'Number of a dead letter', deadLetterNumber),
      maximum: 10_000,
    },
  },
  async loader() {
    const [{ redrive: redriveLetters }, { journalOf }] = await Promise.all([
      import('../../events/jobs.ts'),
      import('../../events/connections.ts'),
    ]);
    return async function redriveDeadLetters(this: Context, flags: Flags, ...numbers: number[]) {
      const options = optionsOf(flags, this);
      if (!(await redriveLetters(() => journalOf(options, this), numbers, options, this.terminal))) this.exitWith(1);
    };
  },
});
