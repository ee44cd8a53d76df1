import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { argument, option } from '../../parameters.ts';
import { type EndpointFlags, endpoints, optionsOf } from './parameters.ts';

type Flags = EndpointFlags & { trigger?: string; source?: string };

/** `dormouse events explain` */
export const explain = buildCommand({
  docs: {
    brief: 'Says why an event did or did not reach its triggers',
    fullDescription: [
      'With an event id: what each trigger decided about the event, and why. With --trigger alone: which event types of',
      'the catalogue the trigger can receive.',
    ].join('\n'),
  },
  parameters: {
    flags: {
      trigger: option('NAME', 'Only this trigger'),
      source: option('SOURCE', 'Source of the event, if two sources have used the id'),
      ...endpoints,
    },
    positional: { kind: 'tuple', parameters: [{ ...argument('ID', 'Id of an event'), optional: true }] },
  },
  async loader() {
    const [{ explain: explainEvent }, { consoleOf }] = await Promise.all([
      import('../../events/explain.ts'),
      import('../../events/connections.ts'),
    ]);
    return async function run(this: Context, flags: Flags, id?: string) {
      const options = optionsOf(flags, this);
      await explainEvent(consoleOf(options), id, options, this.terminal);
    };
  },
});
