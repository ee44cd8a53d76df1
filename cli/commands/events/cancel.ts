import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { argument } from '../../parameters.ts';
import { jobPath } from './job-path.ts';
import { type EndpointFlags, endpoints, optionsOf } from './parameters.ts';

/** `dormouse events cancel JOB` */
export const cancel = buildCommand({
  docs: { brief: 'Stops a redrive or a replay; what was sent stays sent' },
  parameters: {
    flags: endpoints,
    positional: { kind: 'tuple', parameters: [argument('JOB', 'redrives/ID or replays/ID', jobPath)] },
  },
  async loader() {
    const [{ cancel: cancelJob }, { journalOf }] = await Promise.all([
      import('../../events/jobs.ts'),
      import('../../events/connections.ts'),
    ]);
    return async function run(this: Context, flags: EndpointFlags, job: string) {
      const options = optionsOf(flags, this);
      if (!(await cancelJob(await journalOf(options, this), job, options, this.terminal))) this.exitWith(1);
    };
  },
});
