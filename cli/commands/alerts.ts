import { join } from 'node:path';
import { buildCommand } from '@stricli/core';
import type { Context } from '../context.ts';
import { argument } from '../parameters.ts';
import { UsageError } from '../usage-error.ts';

const faultNames = async () => Object.keys((await import('@dormouse/tests/observability/faults')).faults);

/** `dormouse alerts FAULT…`, which is `npm run alerts:try`. */
export const alerts = buildCommand({
  docs: {
    brief: 'Breaks a platform of its own and measures when the alerts arrive',
    fullDescription: [
      'Breaks a platform of its own in one way after the other, and says when the alerts for it reached a receiver.',
      'Needs Prometheus (3.0 or newer), Alertmanager and the OpenTelemetry Collector on the PATH.',
      '',
      'Exit code 1: an alert did not arrive.',
    ].join('\n'),
  },
  parameters: {
    positional: {
      kind: 'array',
      parameter: { ...argument('FAULT', 'Name of a fault (default: all)'), proposeCompletions: faultNames },
    },
  },
  async loader() {
    const { runProgram } = await import('../run-program.ts');
    return async function tryAlerts(this: Context, _: object, ...faults: string[]) {
      const known = await faultNames();
      const unknown = faults.find((name) => !known.includes(name));
      if (unknown !== undefined) throw new UsageError(`there is no fault ${unknown}; there are ${known.join(', ')}`);
      this.exitWith(await runProgram(join(this.root, 'tests/observability/try-alerts.ts'), { faults }));
    };
  },
});
