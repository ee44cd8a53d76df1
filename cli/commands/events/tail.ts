import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { option } from '../../parameters.ts';
import { type EndpointFlags, endpoints, optionsOf } from './parameters.ts';

/** `dormouse events tail` */
export const tail = buildCommand({
  docs: {
    brief: 'Shows events as they come, with what each trigger did with them, until Ctrl-C',
  },
  parameters: {
    flags: {
      type: option('TYPE', 'One event type, or the beginning of several: dev.dormouse.post.*'),
      ...endpoints,
    },
  },
  async loader() {
    const { tail: tailEvents } = await import('../../events/tail.ts');
    return async function run(this: Context, flags: EndpointFlags & { type?: string }) {
      await tailEvents(optionsOf(flags, this), this.terminal);
    };
  },
});
