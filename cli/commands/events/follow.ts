import { buildCommand } from '@stricli/core';
import type { Context } from '../../context.ts';
import { argument } from '../../parameters.ts';
import { jobPath } from './job-path.ts';
import { type EndpointFlags, endpoints, optionsOf } from './parameters.ts';

/** `dormouse events follow JOB` */
export const follow = buildCommand({
  docs: { brief: 'Shows the progress of a redrive or a replay until it ends' },
  parameters: {
    flags: endpoints,
    positional: { kind: 'tuple', parameters: [argument('JOB', 'redrives/ID or replays/ID', jobPath)] },
  },
  async loader() {
    const [{ follow: followJob }, { journalOf }] = await Promise.all([
      import('../../events/jobs.ts'),
      import('../../events/connections.ts'),
    ]);
    return async function run(this: Context, flags: EndpointFlags, job: string) {
      const options = optionsOf(flags, this);
      if (!(await followJob(await journalOf(options, this), job, options, this.terminal))) this.exitWith(1);
    };
  },
});
