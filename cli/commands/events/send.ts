import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { argument, option } from '../../parameters.ts';
import { type EndpointFlags, endpoints, optionsOf } from './parameters.ts';

type Flags = EndpointFlags & { data?: string; source?: string; id?: string; signingKeys?: string };

/** `dormouse events send TYPE SUBJECT` */
export const send = buildCommand({
  docs: {
    brief: 'Sends an event to the Broker',
    fullDescription: [
      'Sends an event to the Broker. If its type is in the catalogue, its data must fit, and it is signed with the keys',
      'of its producer.',
    ].join('\n'),
  },
  parameters: {
    flags: {
      data: option('DATA', 'JSON, @FILE with JSON in it, or - for standard input (default: no data)'),
      source: option('SOURCE', "Its source (default: the producer's as the catalogue says, or /operator)"),
      id: option('ID', 'Its id (default: a new one)'),
      signingKeys: option(
        'FILE',
        "The producer's keys (default: DORMOUSE_HOME/secrets/PRODUCER-event-signing/EVENT_SIGNING_KEYS)",
      ),
      ...endpoints,
    },
    positional: {
      kind: 'tuple',
      parameters: [argument('TYPE', 'Event type'), argument('SUBJECT', 'Subject of the event: post/1')],
    },
  },
  async loader() {
    const { send: sendEvent } = await import('../../events/send.ts');
    return async function run(this: Context, flags: Flags, type: string, subject: string) {
      await sendEvent(type, subject, optionsOf(flags, this), this.terminal);
    };
  },
});
