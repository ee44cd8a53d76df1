import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { timestamp } from '../../events/timestamp.ts';
import { flag, option } from '../../parameters.ts';
import { type EndpointFlags, endpoints, optionsOf, timeFormat } from './parameters.ts';

type Flags = EndpointFlags & { trigger: string; from: string; to?: string; dryRun?: boolean; yes?: boolean };
const time = (input: string) => timestamp(input);

/** `dormouse events replay` */
export const replay = buildCommand({
  docs: {
    brief: 'Sends archived events of a time range to one trigger once more',
    fullDescription: [
      'Sends archived events of a time range to one trigger once more; other triggers do not receive them.',
      '',
      timeFormat,
    ].join('\n'),
  },
  parameters: {
    flags: {
      trigger: { kind: 'parsed', parse: String, placeholder: 'NAME', brief: 'The trigger' },
      from: { kind: 'parsed', parse: time, placeholder: 'TIME', brief: 'Events from this time on' },
      to: option('TIME', 'Events before this time (default: now)', time),
      dryRun: flag('Count what would be sent'),
      yes: flag('Accepted as by redrive; a replay, whose range is given, does not ask'),
      ...endpoints,
    },
    aliases: { y: 'yes' },
  },
  async loader() {
    const [{ replay: replayEvents }, { journalOf }] = await Promise.all([
      import('../../events/jobs.ts'),
      import('../../events/connections.ts'),
    ]);
    return async function replayRange(this: Context, flags: Flags) {
      const { trigger, from, to = new Date().toISOString() } = flags;
      const options = optionsOf(flags, this);
      const range = { trigger, from, to };
      if (!(await replayEvents(await journalOf(options, this), range, options, this.terminal))) this.exitWith(1);
    };
  },
});
